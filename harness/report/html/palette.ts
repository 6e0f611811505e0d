/** What a colour says. */
export type Tone = "good" | "bad" | "known" | "doubt" | "faint";

/** Ink and ground; every pair has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3). */
export interface Colours {
  readonly ink: string;
  readonly ground: string;
}

type Name = Tone | "page" | "card" | "quiet" | "link";

/** Colours by light and dark. `quiet` is for remarks, on a card as on the page. */
export const PALETTE: Readonly<Record<"light" | "dark", Readonly<Record<Name, Colours>>>> = {
  light: {
    page: { ink: "#17202b", ground: "#f6f7f9" },
    card: { ink: "#17202b", ground: "#ffffff" },
    quiet: { ink: "#56616f", ground: "#f6f7f9" },
    link: { ink: "#0b57c2", ground: "#f6f7f9" },
    good: { ink: "#0b5d2a", ground: "#e2f5e8" },
    bad: { ink: "#9b1111", ground: "#fde4e4" },
    known: { ink: "#7a3e00", ground: "#fdeeda" },
    doubt: { ink: "#5b4300", ground: "#fff2bd" },
    faint: { ink: "#56616f", ground: "#edf0f3" },
  },
  dark: {
    page: { ink: "#e4e9ef", ground: "#0f141a" },
    card: { ink: "#e4e9ef", ground: "#182029" },
    quiet: { ink: "#a3afbd", ground: "#182029" },
    link: { ink: "#8ab8ff", ground: "#182029" },
    good: { ink: "#8be3a8", ground: "#10331d" },
    bad: { ink: "#ffb3b3", ground: "#4a1717" },
    known: { ink: "#ffcf8f", ground: "#42290a" },
    doubt: { ink: "#f5df80", ground: "#3b3206" },
    faint: { ink: "#a3afbd", ground: "#232c36" },
  },
};

/** As custom properties, such as `--good-ink`. */
export function properties(colours: Readonly<Record<string, Colours>>): string {
  return Object.entries(colours).map(([name, { ink, ground }]) =>
    `--${name}-ink:${ink};--${name}-ground:${ground};`
  ).join("");
}
