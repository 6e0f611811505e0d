/** Tells by its first bytes whether a side speaks HTTP/2 (RFC 9113, section 3.4). */
import { CLIENT_PREFACE, FLAG, FRAME, FRAME_HEADER_BYTES } from "../../../wire/frame.ts";

export type Language = "http2" | "other" | "undecided";

/** What a caller speaks, that has sent so much: its preface comes first. */
export function languageOfCaller(bytes: Uint8Array): Language {
  const length = Math.min(bytes.length, CLIENT_PREFACE.length);
  for (let at = 0; at < length; at++) if (bytes[at] !== CLIENT_PREFACE[at]) return "other";
  return length === CLIENT_PREFACE.length ? "http2" : "undecided";
}

/** What a target speaks, that has sent so much: SETTINGS come first, and no text begins as their frame does. */
export function languageOfTarget(bytes: Uint8Array): Language {
  const holds = [
    () => bytes[0] === 0,
    () => true,
    () => (bytes[1]! << 8 | bytes[2]!) % 6 === 0,
    () => bytes[3] === FRAME.settings,
    () => (bytes[4]! & FLAG.ack) === 0,
    () => bytes[5] === 0,
    () => bytes[6] === 0,
    () => bytes[7] === 0,
    () => bytes[8] === 0,
  ];
  for (let at = 0; at < Math.min(bytes.length, FRAME_HEADER_BYTES); at++) if (!holds[at]!()) return "other";
  return bytes.length >= FRAME_HEADER_BYTES ? "http2" : "undecided";
}
