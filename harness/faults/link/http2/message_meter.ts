const PREFIX_BYTES = 5;

/**
 * Where a body stands in its first message, told from the lengths alone: gRPC's (PROTOCOL-HTTP2.md of grpc/grpc), or
 * the whole body where it has no messages.
 */
export class MessageMeter {
  readonly #prefixBytes: number;
  /** Bytes of the body so far. */
  #bytes = 0;
  /** Of the message without its prefix; known once its prefix is. */
  #messageBytes: number;

  /** @param isGrpc Whether messages stand in the body. */
  constructor(isGrpc: boolean) {
    this.#prefixBytes = isGrpc ? PREFIX_BYTES : 0;
    this.#messageBytes = isGrpc ? 0 : Infinity;
  }

  /** Whether the first message is whole; of a body without messages, whether any byte has come. */
  get isWhole(): boolean {
    if (this.#prefixBytes === 0) return this.#bytes > 0;
    return this.#bytes >= this.#prefixBytes + this.#messageBytes;
  }

  /** Takes the next bytes of the body. */
  take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && this.#bytes + at < this.#prefixBytes; at++) {
      // The first octet says whether the message is compressed.
      if (this.#bytes + at > 0) this.#messageBytes = this.#messageBytes * 256 + bytes[at]!;
    }
    this.#bytes += bytes.length;
  }

  /**
   * How many of the bytes that were taken last belong to the first message's prefix and its first `limitBytes` bytes.
   *
   * @param takenBytes Length of what was taken last.
   * @returns Undefined when all do: there is nothing to cut yet, or the message is not longer than that.
   */
  cutAt(takenBytes: number, limitBytes: number): number | undefined {
    const isLonger = this.#bytes >= this.#prefixBytes && this.#messageBytes > limitBytes;
    const beyondBytes = this.#bytes - this.#prefixBytes - limitBytes;
    // Of a message that is known to go on it is cut when the limit is reached: the rest may never come.
    const isReached = this.#prefixBytes > 0 ? beyondBytes >= 0 : beyondBytes > 0;
    return isLonger && isReached ? takenBytes - beyondBytes : undefined;
  }
}
