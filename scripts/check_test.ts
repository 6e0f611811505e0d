import { assertEquals } from "@std/assert";
import { CHECKS } from "./checks/mod.ts";
import { readRepository } from "./checks/repository.ts";
import { describeBreach } from "./checks/source_file.ts";

const repository = await readRepository();

for (const { promise, run } of CHECKS) {
  Deno.test(`the repository ${promise}`, async () => {
    assertEquals((await run(repository)).map(describeBreach), []);
  });
}
