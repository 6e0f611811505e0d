import { type Command, Option } from "commander";
import type { Selection } from "../engine/plan.ts";
import type { Shard } from "../model/shard.ts";
import { UsageError } from "./exit.ts";

/** Which scenarios a command is about. */
export interface SelectionOptions {
  readonly scenarios?: string;
  readonly scenario?: string;
  readonly clause?: string;
  readonly shard?: string;
}

/** `--scenarios`: a folder of somebody's own. */
export function scenariosOption(): Option {
  return new Option(
    "--scenarios <dir>",
    "folder of scenarios of your own, in place of those that come along",
  );
}

/** `--adapter`: meshes of somebody's own, as often as there are some. */
export function adapterOption(): Option {
  return new Option(
    "--adapter <file>",
    "a mesh adapter of your own, judged beside the others; may be repeated",
  )
    .argParser((file: string, before: readonly string[] | undefined) => [...before ?? [], file]);
}

/** Adds the options that pick scenarios. */
export function addSelection(command: Command, what: string): Command {
  return command
    .option("--scenario <glob>", `${what} whose id matches, such as 'routing/*'`)
    .option("--clause <glob>", `${what} that judge a matching clause, such as '{RTE,CFG}-*'`)
    .addOption(scenariosOption());
}

/** What the options pick. */
export function selectionOf({ scenario, clause, shard }: SelectionOptions): Selection {
  return {
    ...(scenario === undefined ? {} : { scenario }),
    ...(clause === undefined ? {} : { clause }),
    ...(shard === undefined ? {} : { shard: shardOf(shard) }),
  };
}

/** @throws UsageError When the text is no whole number of at least `least`. */
export function wholeNumber(option: string, text: string, least = 0): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`${option} ${text}: expected a whole number of at least ${least}, found "${text}"`);
}

/** `i/n` with 1 <= i <= n. */
export function shardOf(text: string): Shard {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  const isSafe = Number.isSafeInteger(shard.index) && Number.isSafeInteger(shard.count);
  if (isSafe && shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError(`--shard ${text}: expected i/n with 1 <= i <= n, such as 2/4`);
}

/** A fresh seed: any number that fits everywhere. */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}

/** The seed of a run that names none: runs are comparable unless somebody asks for chance. */
export const DEFAULT_SEED = 20_261;

/**
 * `random` draws a fresh one, which the report names.
 *
 * @param shard The option `--shard`, where it is given.
 * @throws {UsageError} When each share would draw a seed of its own, or the text is no number.
 */
export function seedOf(text: string | undefined, shard?: string): number {
  if (text === undefined) return DEFAULT_SEED;
  if (text === "random" && shard !== undefined) {
    throw new UsageError(
      `--seed random: expected a number beside --shard ${shard}: the shares of a run have one seed, and each would draw its own`,
    );
  }
  return text === "random" ? freshSeed() : wholeNumber("--seed", text);
}
