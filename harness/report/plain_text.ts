/** Escape sequences that colour a terminal or move its cursor: ECMA-48, 5.4. */
// deno-lint-ignore no-control-regex -- they begin with the control character ESC
const SEQUENCE = /\u001b\[[0-?]*[ -/]*[@-~]/g;

/** What XML 1.0, 2.2 does not allow: control characters but tab and line ends, and halves of surrogate pairs. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const NOT_TEXT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

/** Words of other programs, fit for every report: without colours, what is no text replaced by U+FFFD. */
export function plainText(text: string): string {
  return text.replaceAll(SEQUENCE, "").replaceAll(NOT_TEXT, "\ufffd");
}
