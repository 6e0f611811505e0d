import { FRAME } from "../../../wire/frame.ts";
import type { Outlet } from "./outlet.ts";
import type { RulePlan } from "./rule_book.ts";

/** First half of the eight bytes, by which the link knows a PING of its own. */
const MARK = 0x6d707266;
const OPAQUE_BYTES = 8;

/**
 * PINGs of the link to the caller. Frames are worked on in order, so an acknowledgement proves that the caller has
 * taken all that was sent before: a witness on the other side of the connection. The target gets none: servers of gRPC
 * take PINGs that they did not expect for an attack.
 */
export class OwnPings {
  readonly #outlet: Outlet;
  #unproven: (() => void)[] = [];
  /** What each PING on its way proves. */
  readonly #sent = new Map<number, readonly (() => void)[]>();
  #last = 0;

  /** @param outlet Towards the caller. */
  constructor(outlet: Outlet) {
    this.#outlet = outlet;
  }

  /** Whether nothing is waited for. */
  get isIdle(): boolean {
    return this.#sent.size === 0 && this.#unproven.length === 0;
  }

  /** Has a plan confirmed once the caller has taken all that was sent so far. */
  confirm(plan: RulePlan): void {
    this.then(() => plan.confirm());
  }

  /** Has something done once the caller has taken all that was sent so far. */
  then(action: () => void): void {
    this.#unproven.push(action);
  }

  /** Sends a PING behind what was added, if anything is to be proven and none is on its way. */
  flush(): void {
    if (this.#unproven.length === 0 || this.#sent.size > 0) return;
    const number = ++this.#last;
    this.#sent.set(number, this.#unproven);
    this.#unproven = [];
    const opaque = new Uint8Array(OPAQUE_BYTES);
    const view = new DataView(opaque.buffer);
    view.setUint32(0, MARK);
    view.setUint32(4, number);
    this.#outlet.addFrame(FRAME.ping, 0, 0, opaque);
  }

  /** The caller has given the connection up for what it was sent: that proves it as well. */
  proveAll(): void {
    const proven = [...this.#sent.values(), this.#unproven].flat();
    this.#sent.clear();
    this.#unproven = [];
    for (const action of proven) action();
  }

  /** Takes an acknowledgement. @returns Whether it was of a PING of the link's own, so that nobody else may see it. */
  take(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#sent.size === 0 || end - start !== OPAQUE_BYTES) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, OPAQUE_BYTES);
    const number = view.getUint32(4);
    const proven = view.getUint32(0) === MARK ? this.#sent.get(number) : undefined;
    if (proven === undefined) return false;
    this.#sent.delete(number);
    for (const action of proven) action();
    return true;
  }
}
