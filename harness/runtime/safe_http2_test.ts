import { assert, assertEquals } from "@std/assert";

/** Runs the program in a process of its own, so that an abort is an exit code. */
async function goAway(mode: "safe" | "bare"): Promise<{ code: number; lived: boolean; words: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-net=127.0.0.1", "--allow-read", "--allow-env"],
      ...[new URL("./testing/goaway_main.ts", import.meta.url).href, mode],
    ],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, lived: decoder.decode(stdout) === "lived\n", words: decoder.decode(stderr) };
}

Deno.test("node:http2 with the guard of safe_http2 lives through a GOAWAY", async () => {
  for (let round = 0; round < 3; round++) {
    assertEquals(await goAway("safe"), { code: 0, lived: true, words: "" });
  }
});

Deno.test("node:http2 without the guard aborts, so the guard is still needed", async () => {
  // About one process in eight lives by luck.
  let aborted = false;
  for (let round = 0; round < 12 && !aborted; round++) aborted = !(await goAway("bare")).lived;
  assert(
    aborted,
    "this Deno lives through a GOAWAY without help: remove harness/runtime/safe_http2.ts and its tests",
  );
});
