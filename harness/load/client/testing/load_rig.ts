import { frameMessage } from "../../../wire/grpc_frame.ts";
import { type AttemptSink, OUTCOME_NAMES } from "../../attempt.ts";
import type { LoadTarget } from "../../target.ts";
import { grpcHead } from "../grpc_head.ts";
import { openGrpcTarget } from "../grpc_target.ts";
import { NO_SETTINGS, ScriptedPeer } from "./scripted_peer.ts";

const REQUEST = {
  head: grpcHead({ path: "/a.B/C", authority: "x", metadata: [["k", "v"]] }),
  body: frameMessage(Uint8Array.of(7)),
};
/** An attempt that is over. */
export interface Ended {
  index: number;
  outcome: string;
  code: number;
  bytes: number;
  /** Planned, sent, first byte, end. */
  clocks: readonly number[];
}

/** Takes attempts, and lets them be awaited. */
export class NotingSink implements AttemptSink {
  readonly ended: Ended[] = [];
  onEnd: () => void = () => {};
  add(
    index: number,
    plannedT: number,
    sentT: number,
    firstT: number,
    endT: number,
    outcome: number,
    code: number,
    bytes: number,
  ) {
    this.ended.push({
      index,
      outcome: OUTCOME_NAMES[outcome]!,
      code,
      bytes,
      clocks: [plannedT, sentT, firstT, endT],
    });
    this.onEnd();
  }
  /** Done when so many have ended. */
  async count(wanted: number): Promise<void> {
    while (this.ended.length < wanted) await new Promise<void>((resolve) => this.onEnd = resolve);
  }
}

/** A load target and the server that it is connected to. */
export class LoadRig implements AsyncDisposable {
  readonly sink = new NotingSink();
  target!: LoadTarget;
  peer!: ScriptedPeer;
  #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly address = `127.0.0.1:${(this.#listener.addr as Deno.NetAddr).port}`;

  /** Connects a target. */
  static async open(open = openGrpcTarget, settings = NO_SETTINGS): Promise<LoadRig> {
    const rig = new LoadRig();
    [rig.target] = await Promise.all([open({ address: rig.address }, rig.sink), rig.accept(settings)]);
    return rig;
  }
  /** Takes the next connection. */
  async accept(settings = NO_SETTINGS): Promise<void> {
    const accepted = await this.#listener.accept();
    accepted.setNoDelay(true);
    this.peer = new ScriptedPeer(accepted);
    await this.peer.send(settings);
  }
  /** Begins an attempt. */
  send(index: number, timeoutMs = 60_000): void {
    this.target.send(index, 1000 + index, REQUEST, timeoutMs);
  }
  /** Ends the connection, and takes no other. */
  refuseAll(): void {
    this.#listener.close();
    this.peer.close();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.target[Symbol.asyncDispose]();
    await this.peer[Symbol.asyncDispose]();
    try {
      this.#listener.close();
    } catch {
      // by refuseAll
    }
  }
}

/** An attempt without its clocks. */
export const brief = ({ index, outcome, code, bytes }: Ended) => [index, outcome, code, bytes];
