import pc from "picocolors";
import type { Paint } from "../report/matrix.ts";

/** Where a command says things: results on standard output, everything else on standard error. */
export interface Terminal {
  /** The result itself. */
  print(text: string): void;
  /** Progress and remarks; silent with `--json`. */
  say(text: string): void;
  readonly paint: Paint;
}

/** @param json Only JSON is printed, nothing else on either stream but errors. */
export function openTerminal(json: boolean): Terminal {
  // NO_COLOR, unless it is empty, wins over everything (no-color.org); elsewhere colours are for people at a
  // terminal, and neither stream may be led into a file.
  const isColoured = Deno.stdout.isTerminal() && Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR") &&
    !json;
  const colours = pc.createColors(isColoured);
  const paints = {
    good: colours.green,
    bad: colours.red,
    doubt: colours.yellow,
    faint: colours.dim,
    strong: colours.bold,
  };
  return {
    print: (text) => write(Deno.stdout, text + "\n"),
    say: (text) => {
      if (!json) write(Deno.stderr, text + "\n");
    },
    paint: (kind, text) => paints[kind](text),
  };
}

function write(stream: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let written = 0; written < bytes.length;) written += stream.writeSync(bytes.subarray(written));
  } catch (error) {
    // `| head` has seen enough; that is no failure of ours.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
