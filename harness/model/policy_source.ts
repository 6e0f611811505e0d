import { type Alias, type Document, isAlias, isMap, isSeq, type LineCounter, type Node, visit } from "yaml";
import type { PolicyProblem } from "./policy_error.ts";

/** Keys and indexes from the root of a YAML document. */
export type FieldPath = readonly (string | number)[];

/** One YAML document of a policy file, which knows where each of its fields stands. */
export class PolicySource {
  readonly problems: PolicyProblem[] = [];

  constructor(
    readonly file: string,
    private readonly document: Document,
    private readonly lineCounter: LineCounter,
  ) {}

  /**
   * Notes a problem at a field. A field that is missing is shown where its parent stands.
   *
   * @param expected Completes "expected ...".
   * @param options.found Default: the value as it was written, shortened.
   * @param options.atKey Point to the field's name in place of its value.
   */
  report(
    path: FieldPath,
    expected: string,
    options: { found?: string; hint?: string; atKey?: boolean } = {},
  ): void {
    const { found = this.describe(path), hint, atKey = false } = options;
    const { line, col } = this.lineCounter.linePos(this.#offset(path, atKey));
    this.problems.push({
      file: this.file,
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      field: formatPath(path),
      expected,
      found,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Notes an alias that stands for nothing (or for too much): the first that cannot be resolved, or the first. */
  reportAlias(found: string): void {
    const aliases: Alias[] = [];
    visit(this.document, { Alias: (_, alias) => void aliases.push(alias) });
    const alias = aliases.find((each) => each.resolve(this.document) === undefined) ?? aliases[0];
    const { line, col } = this.lineCounter.linePos(alias?.range?.[0] ?? 0);
    this.problems.push({ file: this.file, line, column: col, field: "", expected: "valid YAML", found });
  }

  /** The value at a path as an error shows it; `nothing` when there is none. */
  describe(path: FieldPath): string {
    const node = this.#walk(path).at(-1);
    if (node === undefined || node.depth < path.length) return "nothing";
    const plain: unknown = node.value?.toJS(this.document);
    if (plain === null || plain === undefined) return "nothing";
    const value = JSON.stringify(plain);
    return value.length > 60 ? `${value.slice(0, 57)}...` : value;
  }

  #offset(path: FieldPath, atKey: boolean): number {
    const deepest = this.#walk(path).at(-1);
    const whole = deepest !== undefined && deepest.depth === path.length;
    const node = whole && atKey ? deepest.key : deepest?.value ?? deepest?.key;
    return node?.range?.[0] ?? this.document.range?.[0] ?? 0;
  }

  /** The nodes that lie on the path, root first, as far as they exist; an alias counts as what it stands for. */
  #walk(path: FieldPath): { depth: number; key: Node | null; value: Node | null }[] {
    const steps: { depth: number; key: Node | null; value: Node | null }[] = [
      { depth: 0, key: null, value: this.document.contents as Node | null },
    ];
    for (const [index, step] of path.entries()) {
      const last = steps.at(-1)?.value ?? null;
      const node = isAlias(last) ? last.resolve(this.document) : last;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => keyText(key) === String(step));
        if (pair === undefined) break;
        steps.push({ depth: index + 1, key: pair.key as Node, value: (pair.value ?? null) as Node | null });
      } else if (isSeq(node)) {
        const item = node.items[Number(step)];
        if (item === undefined) break;
        steps.push({ depth: index + 1, key: item as Node, value: item as Node });
      } else break;
    }
    return steps;
  }
}

function keyText(key: unknown): string {
  return String((key as { value?: unknown } | null)?.value ?? "");
}

/** `spec.http[0].match[1].headers["x-deployment"]`. */
export function formatPath(path: FieldPath): string {
  return path.map((step, index) => {
    if (typeof step === "number") return `[${step}]`;
    if (!/^\w+$/.test(step)) return `[${JSON.stringify(step)}]`;
    return index === 0 ? step : `.${step}`;
  }).join("");
}
