/** Text with places that are filled anew for each attempt. */
import { type RandomStream, randomStream } from "../../model/random.ts";

/** What places are filled from. */
export interface TemplateContext {
  /** Of the attempt. */
  readonly index: number;
  /** Numbers of this attempt alone, so that leaving another one out leaves this one as it was. */
  readonly random: RandomStream;
  /** Columns of the data file's row for this attempt. */
  readonly row: Readonly<Record<string, string>>;
}

/** A template that was read. */
export interface Template {
  /** Whether it is the same text for every attempt. */
  readonly isStatic: boolean;
  /** @throws {TypeError} When the row has not the column that a place names. */
  render(context: TemplateContext): string;
}

export const PLACES = "{{index}}, {{uuid}}, {{random LOW HIGH}}, {{now}}, {{data.COLUMN}}";

type Part = string | ((context: TemplateContext) => string);

/**
 * Reads a template, with places of {@linkcode PLACES}: the attempt's index, a UUID of version 4, a whole number from LOW to
 * HIGH, milliseconds since 1970, a column of the data file. UUIDs and numbers are the same for the same seed.
 *
 * @param text With or without places.
 * @param escape How a value is written where it stands, such as into JSON.
 * @throws {SyntaxError} When a place is none of these.
 */
export function parseTemplate(text: string, escape: (value: string) => string = (value) => value): Template {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(/\{\{\s*(.*?)\s*\}\}/gs)) {
    parts.push(text.slice(at, match.index), placeOf(match[1] ?? "", escape));
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return {
    isStatic: parts.length === 1,
    render: (context) => parts.map((part) => typeof part === "string" ? part : part(context)).join(""),
  };
}

/** A value inside a JSON string, or in place of a number. */
export function escapeJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

/** What fills the places of an attempt. */
export function contextOf(
  seed: number,
  index: number,
  rows: readonly Readonly<Record<string, string>>[],
): TemplateContext {
  return { index, random: randomStream(seed, "template", index), row: rows[index % rows.length] ?? {} };
}

function placeOf(place: string, escape: (value: string) => string): Part {
  if (place === "index") return ({ index }) => String(index);
  if (place === "now") return () => String(Date.now());
  if (place === "uuid") return ({ random }) => uuidOf(random);
  const [, low, high] = /^random\s+(-?\d+)\s+(-?\d+)$/.exec(place) ?? [];
  if (low !== undefined && Number(low) <= Number(high)) {
    const [least, count] = [Number(low), Number(high) - Number(low) + 1];
    return ({ random }) => String(least + Math.floor(random() * count));
  }
  const [, column] = /^data\.(.+)$/.exec(place) ?? [];
  if (column === undefined) {
    throw new SyntaxError(`Cannot read template as {{${place}}} must be one of ${PLACES}`);
  }
  return ({ row }) => {
    const value = row[column];
    if (value !== undefined) return escape(value);
    throw new TypeError(
      `Cannot fill {{data.${column}}} as the data file must have that column: it has ${
        Object.keys(row).join(", ") || "none"
      }`,
    );
  };
}

function uuidOf(random: RandomStream): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random() * 256));
  // RFC 9562: version 4, variant 10.
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x40;
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
