import type { ClauseReport } from "../schema.ts";
import type { Tone } from "./palette.ts";

/** How a verdict is shown: a sign and a word, so that nobody needs the colour. */
export interface VerdictWord {
  readonly sign: string;
  readonly word: string;
  readonly tone: Tone;
}

const DOUBT = { sign: "?", tone: "doubt" } as const;

/** @param isControl What `direct` breaks is what it is there for: shown without alarm. */
export function verdictWord(
  { verdict, deviation }: Pick<ClauseReport, "verdict" | "deviation">,
  isControl = false,
): VerdictWord {
  if (verdict === "pass") return { sign: "✓", word: "pass", tone: "good" };
  if (verdict === "unsupported") return { sign: "–", word: "unsupported", tone: "faint" };
  if (verdict !== "fail") return { ...DOUBT, word: verdict };
  if (isControl) return { sign: "✗", word: "fail", tone: "faint" };
  return deviation === undefined
    ? { sign: "✗", word: "FAIL", tone: "bad" }
    : { sign: "✗", word: "FAIL (known)", tone: "known" };
}
