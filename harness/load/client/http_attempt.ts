import type { HeaderField } from "../../wire/hpack/header_field.ts";
import { OUTCOME } from "../attempt.ts";
import { LoadAttempt } from "./load_attempt.ts";
import type { ResponseFacts } from "./response_facts.ts";

const FIRST_ERROR_STATUS = 400;

/** A plain request over HTTP/2. Its content is counted, not kept. */
export class HttpAttempt extends LoadAttempt {
  #status = 0;

  override onHeaders(_fields: readonly HeaderField[], facts: ResponseFacts): void {
    this.firstByteT = this.connection!.receivedT;
    this.#status = facts.status;
  }

  override onData(_bytes: Uint8Array, start: number, end: number): void {
    this.bytes += end - start;
  }

  override onTrailers(): void {}

  override onEnd(): void {
    this.answered(this.#status < FIRST_ERROR_STATUS ? OUTCOME.ok : OUTCOME.status, this.#status);
  }
}
