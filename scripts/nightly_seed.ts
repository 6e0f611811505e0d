// deno-lint-ignore-file no-console -- a program that prints
/**
 * Says what this night runs with, for `.github/workflows/nightly.yml`: takes the seed and the number of rounds that
 * somebody asked for (variables SEED and REPEAT), or draws a seed, and hands both on to the jobs (files GITHUB_OUTPUT
 * and GITHUB_STEP_SUMMARY) and to whoever looks at the run (a notice).
 */
import { errorText } from "../harness/model/error_text.ts";
import { seedOf, wholeNumber } from "../harness/cli/options.ts";

const DEFAULT_REPEAT = "3";

/** What is asked for; empty where nothing is. */
export interface Wish {
  readonly seed: string;
  readonly repeat: string;
}

/** What the night runs with. */
export interface Night {
  readonly seed: number;
  readonly repeat: number;
}

/** @throws {UsageError} When a wish is no whole number. */
export function nightOf({ seed, repeat }: Wish): Night {
  return { seed: seedOf(seed || "random"), repeat: wholeNumber("--repeat", repeat || DEFAULT_REPEAT, 1) };
}

async function main(): Promise<number> {
  const variable = (name: string) => Deno.env.get(name) ?? "";
  let night: Night;
  try {
    night = nightOf({ seed: variable("SEED"), repeat: variable("REPEAT") });
  } catch (error) {
    console.error(`nightly_seed: ${errorText(error)}`);
    return 64;
  }
  const { seed, repeat } = night;
  console.log(`::notice title=Seed of this night::${seed}, ${repeat} rounds`);
  const append = async (name: string, text: string) => {
    const file = variable(name);
    if (file !== "") await Deno.writeTextFile(file, text, { append: true });
  };
  await append("GITHUB_OUTPUT", `seed=${seed}\nrepeat=${repeat}\n`);
  await append(
    "GITHUB_STEP_SUMMARY",
    `Seed **${seed}**, ${repeat} rounds. To run this night again, dispatch the workflow with that seed.\n`,
  );
  return 0;
}

if (import.meta.main) Deno.exit(await main());
