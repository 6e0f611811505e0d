import type { Breach } from "./source_file.ts";
import type { TextFile } from "./repository.ts";

/** A file that is longer holds more than one idea. Lower it when the longest file allows; never raise it. */
export const MOST_LINES = 400;

/** Every TypeScript file that is too long. */
export function checkFileLength(files: readonly TextFile[], mostLines = MOST_LINES): Breach[] {
  return files.filter(({ path }) => path.endsWith(".ts")).flatMap(({ path, text }) => {
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    if (lines <= mostLines) return [];
    return [{
      path,
      line: 0,
      message: `has ${lines} lines: expected at most ${mostLines}; split it by ideas`,
    }];
  });
}
