import type { StackProfile } from "./stack_profile.ts";

/** A frame with everything that was counted beneath it. */
export interface FlameNode {
  readonly name: string;
  /** Of the frame itself and all beneath it. */
  readonly total: number;
  /** Sorted by name, so that two drawings of the same program look alike. */
  readonly children: readonly FlameNode[];
}

interface Growing {
  readonly name: string;
  total: number;
  readonly children: Map<string, Growing>;
}

/**
 * Merges the stacks of a profile into one tree, by the names of their frames.
 *
 * @param kind Name of the kind of value that the widths stand for.
 * @param root What the frame is called that all stacks stand in.
 * @throws {TypeError} When the profile has no such kind.
 */
export function flameTree({ kinds, samples }: StackProfile, kind: string, root: string): FlameNode {
  const column = kinds.findIndex(({ type }) => type === kind);
  if (column < 0) {
    throw new TypeError(
      `Cannot draw the profile as it must have values of kind "${kind}": it has ${
        kinds.map(({ type }) => type).join(", ") || "none"
      }`,
    );
  }
  const top: Growing = { name: root, total: 0, children: new Map() };
  for (const { stack, values } of samples) {
    const value = values[column] ?? 0;
    // What takes nothing has no width, and would only bring frames that nobody sees.
    if (value <= 0) continue;
    let at = top;
    at.total += value;
    for (const { name } of stack) {
      const child = at.children.get(name) ?? { name, total: 0, children: new Map() };
      at.children.set(name, child);
      child.total += value;
      at = child;
    }
  }
  return settled(top);
}

function settled({ name, total, children }: Growing): FlameNode {
  const sorted = [...children.values()].sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  return { name, total, children: sorted.map(settled) };
}
