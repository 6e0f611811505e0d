import { randomStream } from "../../model/random.ts";
import { FLAME_SCRIPT } from "./flame_script.ts";
import { type FlameNode, flameTree } from "./flame_tree.ts";
import { quantityText } from "./quantity_text.ts";
import type { StackProfile } from "./stack_profile.ts";

const WIDTH = 1200;
const MARGIN = 10;
const ROW = 18;
const HEAD = 44;
/** Of a letter at 12 px, about: what does not fit is cut here, the tooltip has all of it. */
const LETTER_WIDTH = 7;

/** How a flame graph is drawn. */
export interface FlameOptions {
  readonly title: string;
  /** The kind of value that widths stand for. */
  readonly kind: string;
  /** Narrower frames are left out, in units of a drawing 1,200 wide. @default 0.4 */
  readonly minimumWidth?: number;
  /** Colour of a frame by its name, as CSS. Default: a warm one of its own for every name. */
  readonly colourOf?: (name: string) => string;
}

/**
 * A flame graph as one SVG that needs nothing beside it: the root on top, widths by value, everything about a frame in
 * its tooltip, a click brings it to full width. Colours come from names alone, so that the same frame looks the same
 * in every drawing. B. Gregg, The Flame Graph, CACM 59(6), 2016.
 *
 * @throws {TypeError} When the profile has no values of that kind.
 */
export function flameSvg(profile: StackProfile, options: FlameOptions): string {
  const { title, kind, minimumWidth = 0.4, colourOf = warmColour } = options;
  const tree = flameTree(profile, kind, "all");
  const unit = profile.kinds.find(({ type }) => type === kind)?.unit ?? "";
  const inner = WIDTH - 2 * MARGIN;
  const drawn: string[] = [];
  let depthMost = 0;

  const draw = (node: FlameNode, x: number, depth: number) => {
    const width = tree.total === 0 ? inner : inner * node.total / tree.total;
    if (width < minimumWidth) return;
    depthMost = Math.max(depthMost, depth);
    drawn.push(frameMarkup(node, { x, width, depth, unit, total: tree.total, colour: colourOf(node.name) }));
    let childX = x;
    for (const child of node.children) {
      draw(child, childX, depth + 1);
      childX += tree.total === 0 ? 0 : inner * child.total / tree.total;
    }
  };
  draw(tree, MARGIN, 0);

  const height = HEAD + (depthMost + 1) * ROW + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="xMinYMin" role="img" ` +
    `font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<style>.frame{cursor:pointer}.frame rect{stroke:#fff;stroke-width:.6}.frame:hover rect{stroke:#000}` +
    `.frame text{pointer-events:none;fill:#1a1a1a}#back{cursor:pointer;fill:#0b57c2}</style>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN}" y="18" font-size="15" font-weight="600">${escaped(title)}</text>`,
    `<text x="${MARGIN}" y="35" fill="#56616f">${
      escaped(`${kind}: ${quantityText(tree.total, unit)} in all`)
    }</text>`,
    `<text id="back" x="${WIDTH - MARGIN}" y="35" text-anchor="end" visibility="hidden">show all</text>`,
    ...drawn,
    `<script>${FLAME_SCRIPT}</script>`,
    "</svg>\n",
  ].join("\n");
}

interface Place {
  readonly x: number;
  readonly width: number;
  readonly depth: number;
  readonly unit: string;
  readonly total: number;
  readonly colour: string;
}

function frameMarkup(
  { name, total: own }: FlameNode,
  { x, width, depth, unit, total, colour }: Place,
): string {
  const y = HEAD + depth * ROW;
  const share = total === 0 ? 100 : 100 * own / total;
  const letters = Math.floor((width - 6) / LETTER_WIDTH);
  return `<g class="frame" data-name="${escaped(name)}">` +
    `<title>${escaped(`${name}: ${quantityText(own, unit)}, ${share.toFixed(2)} %`)}</title>` +
    `<rect x="${x.toFixed(3)}" y="${y}" width="${width.toFixed(3)}" height="${ROW - 1}" rx="1" fill="${
      escaped(colour)
    }"/>` +
    `<text x="${(x + 3).toFixed(3)}" y="${y + 13}">${escaped(shortened(name, letters))}</text></g>`;
}

/** A warm colour that the name alone decides. */
function warmColour(name: string): string {
  const random = randomStream(0, "flame", name);
  return `hsl(${Math.round(15 + 40 * random())} ${Math.round(70 + 20 * random())}% ${
    Math.round(64 + 12 * random())
  }%)`;
}

/** The script in the drawing shortens in the same way. */
function shortened(name: string, letters: number): string {
  if (name.length <= letters) return name;
  return letters < 3 ? "" : `${name.slice(0, letters - 1)}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Fit for XML 1.0, which knows neither most control characters nor halves of surrogate pairs. */
function escaped(text: string): string {
  return text.toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
