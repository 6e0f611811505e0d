/** Cuts a byte stream into lines. */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  readonly #longest: number;
  #rest = "";

  /**
   * @param onLine Given every line, without its end (LF or CRLF).
   * @param longest A line with more characters than this is cut into pieces, so that memory stays bounded.
   */
  constructor(onLine: (line: string) => void, longest = 4 * 1024 * 1024) {
    this.#onLine = onLine;
    this.#longest = longest;
  }

  push(bytes: Uint8Array): void {
    this.#take(this.#decoder.decode(bytes, { stream: true }));
  }

  /** Hands out what stands after the last line end. */
  end(): void {
    this.#take(this.#decoder.decode());
    if (this.#rest !== "") this.#onLine(this.#rest);
    this.#rest = "";
  }

  #take(text: string): void {
    const searchFrom = this.#rest.length;
    const all = this.#rest + text;
    let begin = 0;
    for (let end = all.indexOf("\n", searchFrom); end >= 0; end = all.indexOf("\n", begin)) {
      this.#onLine(
        all.charCodeAt(end - 1) === 13 && end > begin ? all.slice(begin, end - 1) : all.slice(begin, end),
      );
      begin = end + 1;
    }
    this.#rest = all.slice(begin);
    while (this.#rest.length > this.#longest) {
      this.#onLine(this.#rest.slice(0, this.#longest));
      this.#rest = this.#rest.slice(this.#longest);
    }
  }
}

/** The last few lines that were added. */
export class LineRing {
  readonly #lines: string[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(line: string): void {
    this.#lines.push(line.length > 2_000 ? line.slice(0, 2_000) + "..." : line);
    if (this.#lines.length > this.#size) this.#lines.shift();
  }

  lines(): readonly string[] {
    return this.#lines;
  }
}
