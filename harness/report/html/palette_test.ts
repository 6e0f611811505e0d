import { assert } from "@std/assert";
import { PALETTE } from "./palette.ts";

/** WCAG 2.2: relative luminance of a colour such as `#17202b`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

for (const [scheme, colours] of Object.entries(PALETTE)) {
  Deno.test(`PALETTE ${scheme} has a contrast of 4.5:1 wherever words stand`, () => {
    for (const [name, { ink, ground }] of Object.entries(colours)) {
      // Remarks and links stand on the page, on cards, and on the grey of headings.
      const isAnywhere = name === "quiet" || name === "link";
      const grounds = isAnywhere
        ? [colours.page.ground, colours.card.ground, colours.faint.ground]
        : [ground];
      for (const each of grounds) {
        const found = contrast(ink, each);
        assert(
          found >= 4.5,
          `${scheme} ${name}: expected 4.5:1 of ${ink} on ${each}, found ${found.toFixed(2)}`,
        );
      }
    }
  });
}
