/** Measures the contenders of a row in interleaved rounds and compares them. */
import { errorText } from "../model/error_text.ts";
import { compare, type ComparisonResult, type ComparisonSpec, type Pair } from "./comparison.ts";
import type { Effort } from "./effort.ts";
import type { Place } from "./place.ts";
import type { Contender, Figures, Row } from "./row.ts";

/** One round: what each contender that could be measured gave. */
export interface Round {
  /** Share of the CPU that the host took meanwhile. */
  readonly stolen: number;
  /** It stands although the host took too much: every repetition was no better. */
  readonly isDisturbed: boolean;
  /** How often it was measured again since the host took too much. */
  readonly repeats: number;
  readonly figures: ReadonlyMap<string, Figures>;
}

/** A comparison, or why there is none. */
export type RowOutcome =
  | { readonly spec: ComparisonSpec; readonly result: ComparisonResult }
  | { readonly spec: ComparisonSpec; readonly unavailable: string };

/** A row that was measured. */
export interface RowReport {
  readonly row: Row;
  readonly rounds: readonly Round[];
  readonly outcomes: readonly RowOutcome[];
}

/** What the rounds need of the world; in tests it is made up. */
export interface Surroundings {
  readonly place: Place;
  /** Begins a look at the host; the answer is the share of the CPU that it has taken since, 0 where that is not known. */
  watchSteal(): Promise<() => Promise<number>>;
  /** Throws when a pinned tool cannot be had. */
  requireTool(name: string): Promise<void>;
  /** Told of every measurement. */
  say(line: string): void;
}

/** A round in which the host took more than this share of the CPU is disturbed. */
const STEAL_LIMIT = 0.02;
/** A round that the host disturbed is measured again, at most so often. */
const REPEATS_AT_MOST = 3;

export async function runRow(row: Row, asked: Effort, surroundings: Surroundings): Promise<RowReport> {
  const failures = new Map<string, string>();
  const present = await presentContenders(row, surroundings, failures);
  const rounds: Round[] = [];
  try {
    const effort = present.length === 0 ? asked : await row.prepare?.(surroundings.place, asked) ?? asked;
    const count = Math.min(effort.rounds, row.roundsAtMost ?? Infinity);
    for (let index = 0; index < count; index++) {
      // A B, then B A: whatever drifts while the rounds go by strikes both sides alike.
      const order = present.filter(({ name }) => !failures.has(name));
      if (index % 2 === 1) order.reverse();
      if (order.length === 0) break;
      rounds.push(await quietRound(row, order, effort, `${index + 1}/${count}`, surroundings, failures));
    }
  } catch (error) {
    surroundings.place.signal.throwIfAborted();
    for (const { name } of row.contenders) if (!failures.has(name)) failures.set(name, errorText(error));
  }
  return { row, rounds, outcomes: row.comparisons.map((spec) => outcomeOf(spec, rounds, failures)) };
}

async function presentContenders(
  row: Row,
  { requireTool, place }: Surroundings,
  failures: Map<string, string>,
): Promise<Contender[]> {
  const present: Contender[] = [];
  for (const contender of row.contenders) {
    try {
      for (const tool of [...row.tools, ...contender.tool === undefined ? [] : [contender.tool]]) {
        await requireTool(tool);
      }
      present.push(contender);
    } catch (error) {
      place.signal.throwIfAborted();
      failures.set(contender.name, errorText(error));
    }
  }
  return present;
}

/** A round that the host left alone, or the least disturbed of several. */
async function quietRound(
  row: Row,
  order: readonly Contender[],
  effort: Effort,
  title: string,
  surroundings: Surroundings,
  failures: Map<string, string>,
): Promise<Round> {
  let best: Round | undefined;
  for (let repeats = 0; repeats <= REPEATS_AT_MOST; repeats++) {
    const stolenSince = await surroundings.watchSteal();
    const figures = new Map<string, Figures>();
    for (const contender of order) {
      if (failures.has(contender.name)) continue;
      try {
        const measured = await contender.measure(surroundings.place, effort);
        figures.set(contender.name, measured);
        surroundings.say(`${row.id} ${title} ${contender.name}: ${figuresInWords(measured)}`);
      } catch (error) {
        surroundings.place.signal.throwIfAborted();
        failures.set(contender.name, errorText(error));
        surroundings.say(`${row.id} ${title} ${contender.name}: ${errorText(error)}`);
      }
    }
    const stolen = await stolenSince();
    const isDisturbed = stolen > STEAL_LIMIT;
    if (best === undefined || stolen < best.stolen) best = { stolen, isDisturbed, repeats, figures };
    best = { ...best, repeats };
    if (!best.isDisturbed) break;
    surroundings.say(`${row.id} ${title}: the host took ${(stolen * 100).toFixed(1)} % of the CPU`);
  }
  // The loop has run at least once.
  return best as Round;
}

function outcomeOf(
  spec: ComparisonSpec,
  rounds: readonly Round[],
  failures: ReadonlyMap<string, string>,
): RowOutcome {
  const peerName = spec.peerIsOwnFigure ? spec.subject : spec.peer;
  const reason = failures.get(spec.subject) ?? failures.get(peerName);
  if (reason !== undefined) return { spec, unavailable: reason };
  const pairs = rounds.flatMap(({ figures }): Pair[] => {
    const subject = figures.get(spec.subject)?.[spec.figure];
    const peer = figures.get(peerName)?.[spec.peerFigure ?? spec.figure];
    return subject === undefined || peer === undefined ? [] : [{ subject, peer }];
  });
  try {
    return { spec, result: compare(spec, pairs) };
  } catch (error) {
    return { spec, unavailable: errorText(error) };
  }
}

function figuresInWords(figures: Figures): string {
  return Object.entries(figures).map(([name, value]) => `${name} ${inWords(value)}`).join(", ");
}

/** Four digits, for people. */
function inWords(value: number): string {
  if (Math.abs(value) < 10_000) return String(Number(value.toPrecision(4)));
  return Math.round(value).toLocaleString("en");
}
