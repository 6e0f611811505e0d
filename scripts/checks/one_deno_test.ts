import { assertEquals } from "@std/assert";
import { describeBreach } from "./source_file.ts";
import { checkOneDeno } from "./one_deno.ts";

// Joined, so that this file asks for no Deno itself.
const deno = (version: string) => ["deno", version].join("@");
const variable = (version: string) => ["DENO_VERSION", version].join("=");

Deno.test("checkOneDeno finds who asks for another Deno than .ci/run, by npm or by variable", () => {
  const files = [
    { path: ".ci/run", text: `readonly ${variable("2.9.6")}\nnpx -y "deno@$DENO_VERSION"\n` },
    { path: "README.md", text: `npx -y ${deno("2.9.6")} task run\n` },
    { path: "old.yml", text: `\nrun: npm install ${deno("2.9.5")}\n` },
    { path: "Dockerfile", text: `ARG ${variable("3.0.0")}\n` },
  ];
  assertEquals(checkOneDeno(files).map(describeBreach), [
    "old.yml:2: asks for Deno 2.9.5: expected 2.9.6, as .ci/run does",
    "Dockerfile:1: asks for Deno 3.0.0: expected 2.9.6, as .ci/run does",
  ]);
});

Deno.test("checkOneDeno says so where .ci/run names none", () => {
  assertEquals(checkOneDeno([{ path: ".ci/run", text: "" }]).length, 1);
});
