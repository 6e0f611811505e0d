import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";

const FUZZER = new URL("./testing/fuzz_main.ts", import.meta.url);

Deno.test("any sequence of requests, side by side, is answered with JSON, and leaves no listener behind", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1,localhost", "--allow-run"],
      ...["--allow-read", "--allow-env", "--allow-sys", fileURLToPath(FUZZER)],
    ],
    stdout: "null",
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
});
