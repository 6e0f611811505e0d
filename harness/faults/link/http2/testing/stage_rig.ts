/** A stage between two peers that are nothing but bytes: what came out on either side, frame by frame. */
import { FRAME, frame, headersFrames } from "../../../../wire/frame.ts";
import { FrameReader } from "../../../../wire/frame_reader.ts";
import { encodeHeaders } from "../../../../wire/hpack/encoder.ts";
import type { HeaderField } from "../../../../wire/hpack/header_field.ts";
import type { Direction } from "../../toxic.ts";
import { HeaderBlocks } from "../header_block.ts";
import { Http2Stage } from "../http2_stage.ts";
import { RequestPlanner } from "../request_planner.ts";
import { ArmedRules, type RuleHit } from "../rule_book.ts";
import { type RuleInput, rulesSchema } from "../rule_spec.ts";

/** A frame as its receiver reads it. */
export interface ReadFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  /** Empty for header blocks. */
  readonly payload: readonly number[];
  /** Of HEADERS and PUSH_PROMISE. */
  readonly fields?: readonly HeaderField[];
  readonly promisedId?: number;
  readonly priority?: readonly number[];
}

/** Reads a byte stream as a receiver would. Header blocks are one frame, however many they came in. */
export class ReceivingPeer {
  readonly frames: ReadFrame[] = [];
  readonly #blocks = new HeaderBlocks();
  readonly #reader = new FrameReader((type, flags, streamId, bytes, start, end) => {
    if (type === FRAME.headers || type === FRAME.pushPromise || type === FRAME.continuation) {
      const block = this.#blocks.take(type, flags, streamId, bytes, start, end);
      if (block === undefined) return;
      this.frames.push({
        type: block.promisedId === 0 ? FRAME.headers : FRAME.pushPromise,
        flags: block.endStream ? 1 : 0,
        streamId,
        payload: [],
        fields: block.fields,
        promisedId: block.promisedId,
        priority: [...block.priority ?? []],
      });
    } else this.frames.push({ type, flags, streamId, payload: [...bytes.subarray(start, end)] });
  }, 2 ** 24 - 1);

  push(bytes: Uint8Array): void {
    this.#reader.push(bytes);
  }

  /** Those of a type; all when it is left out. */
  of(type: keyof typeof FRAME): ReadFrame[] {
    return this.frames.filter((each) => each.type === FRAME[type]);
  }
}

/** A stage and what came of it. */
export class StageRig {
  readonly planner = new RequestPlanner();
  readonly notes: string[] = [];
  readonly hits: RuleHit[] = [];
  readonly raw: Record<Direction, number[]> = { up: [], down: [] };
  readonly ended: string[] = [];
  readonly stage: Http2Stage;
  readonly rules: ArmedRules;

  /** @param rules In force from the beginning. @param seed Of the link. */
  constructor(rules: readonly RuleInput[] = [], seed = 1) {
    this.rules = new ArmedRules(
      rules.length === 0 ? [] : rulesSchema.parse(rules),
      { seed, link: "rig" },
      (hit) => this.hits.push(hit),
    );
    if (rules.length > 0) this.planner.arm(this.rules);
    this.stage = this.open(1, (direction, bytes) => this.raw[direction].push(...bytes));
  }

  /** Another connection of the same link. */
  open(ordinal: number, write: (direction: Direction, bytes: Uint8Array) => void = () => {}): Http2Stage {
    return new Http2Stage(
      {
        ordinal,
        write,
        end: (direction) => this.ended.push(direction),
        reset: (cause) => this.ended.push(`reset: ${cause}`),
        close: (cause) => this.ended.push(`close: ${cause}`),
        reconsider: () => {},
      },
      this.planner,
      (text) => this.notes.push(text),
    );
  }

  /** What the receiver of a direction has read so far; the caller's preface is left out. */
  received(direction: Direction, prefaceBytes = 24): ReceivingPeer {
    const peer = new ReceivingPeer();
    peer.push(new Uint8Array(this.raw[direction]).subarray(direction === "up" ? prefaceBytes : 0));
    return peer;
  }
}

/** The fields of a gRPC request. */
export function requestFields(method: string, more: readonly HeaderField[] = []): HeaderField[] {
  return [[":method", "POST"], [":scheme", "http"], [":path", method], [":authority", "a"], ...more];
}

/** A HEADERS frame with its block. */
export function headers(streamId: number, fields: readonly HeaderField[], endStream = false): Uint8Array {
  return headersFrames(streamId, encodeHeaders(fields), endStream);
}

/** A DATA frame. */
export function data(streamId: number, bytes: Uint8Array, flags = 0): Uint8Array {
  return frame(FRAME.data, flags, streamId, bytes);
}
