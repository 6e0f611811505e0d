/** HTML that is fit to be shown: made by {@linkcode markup} alone, so that no word of a program passes unescaped. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: words are escaped, lists joined, `undefined` left out. */
export type Content = string | number | Markup | undefined | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A template for HTML, whose values are escaped. Attributes stand in double quotes. */
export function markup(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(
    strings.map((string, index) => index === 0 ? string : textOf(values[index - 1]) + string).join(""),
  );
}

function textOf(content: Content): string {
  if (content === undefined) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return String(content).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A link to somewhere else, where the address is one that a browser may follow; else the bare words. */
export function link(address: string): Markup {
  return /^https?:\/\//i.test(address)
    ? markup`<a href="${address}" rel="noreferrer">${address}</a>`
    : markup`${address}`;
}
