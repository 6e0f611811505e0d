import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CLIENT_PREFACE, FLAG, FRAME, settingsFrame } from "../../../wire/frame.ts";
import { frameMessage } from "../../../wire/grpc_frame.ts";
import type { Direction } from "../toxic.ts";
import type { RuleInput } from "./rule_spec.ts";
import { data, headers, ReceivingPeer, requestFields, StageRig } from "./testing/stage_rig.ts";

const moment = fc.constantFrom(
  "request" as const,
  "request-end",
  "response-headers",
  "first-message",
  "response-end",
);
const direction = fc.constantFrom("up" as const, "down");
const delayMs = 3_600_000;

const action: fc.Arbitrary<RuleInput["action"]> = fc.oneof(
  direction.map((way) => ({ kind: "delay" as const, delayMs, direction: way })),
  moment.map((when) => ({ kind: "abort" as const, grpcStatus: "ABORTED", when })),
  moment.map((when) => ({ kind: "rstStream" as const, code: "CANCEL", when })),
  fc.record({
    when: moment,
    lastStreamId: fc.constantFrom("this" as const, "previous"),
    graceful: fc.boolean(),
  })
    .map((goaway) => ({ kind: "goaway" as const, ...goaway })),
  fc.constant({ kind: "missingTrailers" as const }),
  direction.map((way) => ({ kind: "slowHeaders" as const, intervalMs: delayMs, direction: way })),
  fc.record({
    then: fc.constantFrom("endStream" as const, "rstStream"),
    direction,
    bytes: fc.nat({ max: 30 }),
  })
    .map((cut) => ({ kind: "truncatedMessage" as const, ...cut })),
  direction.map((way) => ({ kind: "wrongContentLength" as const, delta: 1, direction: way })),
  fc.constant({ kind: "pushbackHeader" as const, pushbackMs: 1 }),
);

const rules = fc.array(fc.record({ action, every: fc.integer({ min: 1, max: 3 }) }), { maxLength: 4 }).map((
  list,
) =>
  list.map(({ action, every }, index): RuleInput => ({
    name: `r${index}`,
    match: { nth: { every } },
    action,
  }))
);

/** Who makes a move next, and on which of its streams. */
const moves = fc.array(fc.record({ isCaller: fc.boolean(), pick: fc.nat({ max: 5 }) }), {
  minLength: 10,
  maxLength: 80,
});

const body = frameMessage(new Uint8Array(40));
const content: [string, string] = ["content-type", "application/grpc"];

/** What one peer would send on a stream, in order; the last of it ends its side. */
const REQUEST = [
  (id: number) => headers(id, requestFields("/a/b", [content])),
  (id: number) => data(id, body.slice(0, 20)),
  (id: number) => data(id, body.slice(20)),
  (id: number) => data(id, new Uint8Array(0), FLAG.endStream),
];
const ANSWER = [
  (id: number) => headers(id, [[":status", "200"], content]),
  (id: number) => data(id, body),
  (id: number) => headers(id, [["grpc-status", "0"]], true),
];

/** Fails on what a receiver would have to call an error of the stream or of the connection. */
function checkOrder(peer: ReceivingPeer, way: Direction): void {
  const over = new Set<number>();
  const open = new Set<number>();
  let lastId = 0;
  for (const { type, flags, streamId } of peer.frames) {
    const isBody = type === FRAME.headers || type === FRAME.data;
    if (!isBody && type !== FRAME.rstStream) continue;
    const isTail = type === FRAME.rstStream && over.has(streamId);
    assert(!over.has(streamId) || isTail, `${way}: type ${type} on stream ${streamId} after its end`);
    if (way === "up" && !open.has(streamId)) {
      assertEquals(type, FRAME.headers, `stream ${streamId} begins with type ${type}`);
      assert(streamId > lastId, `stream ${streamId} after ${lastId}`);
      lastId = streamId;
    }
    open.add(streamId);
    if (type === FRAME.rstStream || (flags & FLAG.endStream) !== 0) over.add(streamId);
  }
}

/** The target has answered before the request's end, at which a rule would strike. */
const answeredEarly: [RuleInput[], { isCaller: boolean; pick: number }[]] = [
  [{ name: "r", action: { kind: "abort", grpcStatus: "ABORTED", when: "request-end" } }],
  [true, false, false, false, true, true, true].map((isCaller) => ({ isCaller, pick: 0 })),
];

const bytesOf = (frames: readonly { payload: readonly number[] }[]) =>
  frames.reduce((sum, { payload }) => sum + payload.length, 0);

Deno.test("whatever rules do, each side reads streams in a legal order, and no byte of window is lost", () => {
  fc.assert(
    fc.property(rules, moves, (given, turns) => {
      const rig = new StageRig(given);
      rig.stage.push("up", new Uint8Array([...CLIENT_PREFACE, ...settingsFrame([])]));
      rig.stage.push("down", settingsFrame([]));
      const sent: Record<Direction, number> = { up: 0, down: 0 };
      const progress = { caller: new Map<number, number>(), target: new Map<number, number>() };
      const send = (way: Direction, id: number) => {
        const [steps, script] = way === "up" ? [progress.caller, REQUEST] : [progress.target, ANSWER];
        const step = steps.get(id) ?? 0;
        const bytes = script[step]?.(id);
        if (bytes === undefined) return;
        steps.set(id, step + 1);
        if (bytes[3] === FRAME.data) sent[way] += bytes.length - 9;
        rig.stage.push(way, bytes);
      };
      const over = (peer: ReceivingPeer) => new Set(peer.of("rstStream").map(({ streamId }) => streamId));
      for (const { isCaller, pick } of turns) {
        if (isCaller) {
          const id = 2 * pick + 1;
          const isNew = !progress.caller.has(id);
          // Numbers are used in order; what was reset is left alone.
          if (isNew && id !== 2 * progress.caller.size + 1) continue;
          if (!over(rig.received("down")).has(id)) send("up", id);
        } else {
          const seen = rig.received("up");
          const ids = [...new Set(seen.of("headers").map(({ streamId }) => streamId))];
          const id = ids[pick % Math.max(1, ids.length)];
          if (id !== undefined && !over(seen).has(id)) send("down", id);
        }
      }
      rig.planner.disarm(rig.rules);
      checkOrder(rig.received("up"), "up");
      checkOrder(rig.received("down"), "down");
      assertEquals(rig.notes, []);
      assertEquals([rig.stage.heldBytes("up"), rig.stage.heldBytes("down")], [0, 0]);
      // Once the link has ended the connection by its GOAWAY, nobody needs credit.
      if (rig.ended.length === 0) {
        for (const [way, back] of [["up", "down"], ["down", "up"]] as const) {
          const credit = rig.received(back).of("windowUpdate").filter(({ streamId }) => streamId === 0)
            .reduce((sum, { payload }) => sum + payload[2]! * 256 + payload[3]!, 0);
          assertEquals(bytesOf(rig.received(way).of("data")) + credit, sent[way], way);
        }
      }
      rig.stage.close();
    }),
    { numRuns: 1000, examples: [answeredEarly] },
  );
});
