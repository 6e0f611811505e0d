/** Rows whose figures are made up, for tests of everything around them. */
import type { Contender, Figures, Row } from "../row.ts";

/** A contender that gives these figures one after the other, the last one again and again. */
export function contender(
  name: string,
  figures: readonly Figures[],
  log: string[] = [],
  tool?: string,
): Contender {
  let next = 0;
  return {
    name,
    ...tool === undefined ? {} : { tool },
    measure: () => {
      log.push(name);
      const figure = figures[Math.min(next++, figures.length - 1)];
      if (figure !== undefined) return Promise.resolve(figure);
      return Promise.reject(new Error(`${name} fell over`));
    },
  };
}

/** Ours against a peer: at least twice as fast. */
export function madeUpRow(contenders: readonly Contender[], changes: Partial<Row> = {}): Row {
  return {
    id: "made-up",
    remark: "Nothing was measured.",
    tools: [],
    contenders,
    comparisons: [{
      name: "speed",
      unit: "m/s",
      subject: "ours",
      peer: "theirs",
      figure: "speed",
      demand: { direction: "at least", bound: 2 },
    }],
    ...changes,
  };
}
