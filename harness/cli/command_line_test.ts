import { assertEquals } from "@std/assert";
import { commandLine } from "./command_line.ts";

Deno.test("commandLine writes options as they are typed, lists repeated, in kebab case", () => {
  assertEquals(
    commandLine("run", {
      seed: "7",
      adapter: ["a.ts", "b.ts"],
      dryRun: true,
      features: false,
      mesh: undefined,
    }),
    "run --seed 7 --adapter a.ts --adapter b.ts --dry-run",
  );
});

Deno.test("commandLine quotes what a shell would read otherwise", () => {
  assertEquals(
    commandLine("run", { clause: "{RTE,CFG}-*", mesh: "it's" }),
    "run --clause '{RTE,CFG}-*' --mesh 'it'\\''s'",
  );
});

Deno.test("commandLine leaves out where results go", () => {
  assertEquals(commandLine("run", { json: true, out: "x", seed: "1" }), "run --seed 1");
});
