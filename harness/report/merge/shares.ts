import type { Shard } from "../../model/shard.ts";

/** What one share of a run left. */
export interface Share<Document> {
  /** As the user named it: a folder, or the id of a run. */
  readonly name: string;
  readonly document: Document;
}

/** These are not the shares of one run. */
export class MergeError extends Error {
  override readonly name = "MergeError";
}

/** What a share says of the run that it is one of. */
interface PartOfRun {
  readonly command: string;
  readonly shard?: Shard | undefined;
}

/**
 * The shares by their index.
 *
 * @throws {MergeError} When one is no share, is of another number of shares, is there twice, or is missing.
 */
export function inOrder<Document>(
  shares: readonly Share<Document>[],
  runOf: (document: Document) => PartOfRun | undefined,
): readonly [Share<Document>, ...Share<Document>[]] {
  const byIndex = new Map<number, Share<Document>>();
  let expected: { readonly name: string; readonly count: number } | undefined;
  for (const share of shares) {
    const shard = runOf(share.document)?.shard;
    if (shard === undefined) {
      throw new MergeError(`${share.name}: expected a share of a run (--shard i/n), found a run without`);
    }
    expected ??= { name: share.name, count: shard.count };
    if (shard.count !== expected.count) {
      throw new MergeError(
        `${share.name}: expected one of ${expected.count} shares, as ${expected.name} is, found ${
          inWords(shard)
        }`,
      );
    }
    const twin = byIndex.get(shard.index);
    if (twin !== undefined) {
      throw new MergeError(
        `${share.name}: expected a share that was not given yet, found ${
          inWords(shard)
        }, which ${twin.name} is too`,
      );
    }
    byIndex.set(shard.index, share);
  }
  if (expected === undefined) throw new MergeError("expected the shares of a run, found none");
  const { count } = expected;
  // Not by a list of all indices: a count is what a file says, and may be any number.
  const ordered = [...byIndex].sort(([a], [b]) => a - b).map(([, share]) => share);
  const [first, ...rest] = ordered;
  if (first !== undefined && ordered.length === count) return [first, ...rest];
  const missing = Array.from({ length: ordered.length + 1 }, (_, at) => at + 1).find((at) =>
    !byIndex.has(at)
  );
  throw new MergeError(
    `expected all ${count} shares, found ${ordered.length} and among them no ${missing}/${count}; ` +
      `run it with --shard ${missing}/${count}, and name its folder too`,
  );
}

function inWords({ index, count }: Shard): string {
  return `share ${index}/${count}`;
}

/**
 * Holds that all shares have one value in common.
 *
 * @param what Names the value, such as `seed`.
 * @throws {MergeError} Naming the first two shares that differ, and their values.
 */
export function demandSame<Document>(
  shares: readonly Share<Document>[],
  what: string,
  valueOf: (document: Document) => string,
): void {
  const [first, ...rest] = shares;
  if (first === undefined) return;
  const wanted = valueOf(first.document);
  for (const { name, document } of rest) {
    const found = valueOf(document);
    if (found === wanted) continue;
    throw new MergeError(
      `${name}: expected the ${what} of ${first.name} (${wanted}), found ${found}; ` +
        "merge shares of one run only",
    );
  }
}

/**
 * The items of all shares, one share after another.
 *
 * @param keyOf What no two of them may have in common.
 * @throws {MergeError} When two have.
 */
export function gather<Document, Item>(
  shares: readonly Share<Document>[],
  itemsOf: (document: Document) => readonly Item[],
  keyOf: (item: Item) => string,
): Item[] {
  const seen = new Map<string, string>();
  const items: Item[] = [];
  for (const { name, document } of shares) {
    for (const item of itemsOf(document)) {
      const key = keyOf(item);
      const twin = seen.get(key);
      if (twin !== undefined) {
        throw new MergeError(
          `${name}: expected ${key} in one share, found it twice, in ${twin} too; ` +
            "run all shares with the same scenarios",
        );
      }
      seen.set(key, name);
      items.push(item);
    }
  }
  return items;
}

/** The command of the run that is shared out. */
export function wholeCommand({ command }: PartOfRun): string {
  return command.replace(/ --shard \S+/, "");
}

/** A command's options in one order, so that it does not matter how they were typed. */
export function sortedCommand(run: PartOfRun): string {
  const [command, ...options] = wholeCommand(run).split(/ (?=--)/);
  return [command, ...options.sort()].join(" ");
}
