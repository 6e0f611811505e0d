import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import { Http2Stream, type ResetOrigin } from "../http2_stream.ts";
import type { ResponseFacts } from "../response_facts.ts";

/** How a stream was reset. */
export interface RecordedReset {
  readonly code: number;
  readonly by: ResetOrigin;
  readonly wasProcessed: boolean;
  readonly why: string;
}

/** A stream that notes what it is told. */
export class RecordedStream extends Http2Stream {
  /** Names of the callbacks, in order; those of `onData` in a row are one. */
  readonly told: string[] = [];
  readonly informational: (readonly HeaderField[])[] = [];
  headers: readonly HeaderField[] = [];
  trailers: readonly HeaderField[] = [];
  content = "";
  contentBytes = 0;
  resetAs: RecordedReset | undefined;
  /** How often it was told of its end. */
  ends = 0;
  /** Done at `onEnd` or `onReset`. */
  readonly over: Promise<void>;
  readonly #over = Promise.withResolvers<void>();

  constructor() {
    super();
    this.over = this.#over.promise;
  }

  override onInformational(fields: readonly HeaderField[]): void {
    this.#note("onInformational");
    this.informational.push(fields);
  }

  override onHeaders(fields: readonly HeaderField[], _facts: ResponseFacts): void {
    this.#note("onHeaders");
    this.headers = fields;
  }

  override onData(bytes: Uint8Array, start: number, end: number): void {
    if (this.told.at(-1) !== "onData") this.#note("onData");
    this.contentBytes += end - start;
    if (this.contentBytes < 1000) this.content += new TextDecoder().decode(bytes.subarray(start, end));
  }

  override onTrailers(fields: readonly HeaderField[]): void {
    this.#note("onTrailers");
    this.trailers = fields;
  }

  override onEnd(): void {
    this.#note("onEnd");
    this.#end();
  }

  override onReset(code: number, by: ResetOrigin, wasProcessed: boolean, why: string): void {
    this.#note("onReset");
    this.resetAs = { code, by, wasProcessed, why };
    this.#end();
  }

  override onDrain(): void {
    this.#note("onDrain");
  }

  #note(name: string): void {
    if (this.ends > 0) throw new Error(`expected silence after the end, found ${name} after ${this.told}`);
    this.told.push(name);
  }

  #end(): void {
    this.ends++;
    this.#over.resolve();
  }
}
