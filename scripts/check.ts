// deno-lint-ignore-file no-console -- a program that prints
/** Runs the repository's own rules and prints every breach: `deno task check`. */
import { CHECKS } from "./checks/mod.ts";
import { readRepository } from "./checks/repository.ts";
import { describeBreach } from "./checks/source_file.ts";

if (import.meta.main) {
  const repository = await readRepository();
  let broken = 0;
  for (const { promise, run } of CHECKS) {
    const breaches = await run(repository);
    console.log(`${breaches.length === 0 ? "ok    " : "BROKEN"} the repository ${promise}`);
    for (const breach of breaches) console.log(`       ${describeBreach(breach)}`);
    if (breaches.length > 0) broken++;
  }
  console.log(`${CHECKS.length - broken} passed, ${broken} failed`);
  Deno.exit(broken === 0 ? 0 : 1);
}
