import { assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import {
  CLIENT_PREFACE,
  ERROR,
  FLAG,
  FRAME,
  frame,
  goawayFrame,
  pingFrame,
  SETTING,
  settingsAck,
  settingsFrame,
  windowUpdateFrame,
} from "../../../wire/frame.ts";
import type { Direction } from "../toxic.ts";
import { data, headers, ReceivingPeer, requestFields, StageRig } from "./testing/stage_rig.ts";

const NO_BYTES = new Uint8Array(0);
const text = (words: string) => new TextEncoder().encode(words);
const settings = settingsFrame([]);
const answer = (streamId: number, endStream = false) => headers(streamId, [[":status", "200"]], endStream);

/** Both sides have said hello. */
function begun(rules: ConstructorParameters<typeof StageRig>[0] = []): StageRig {
  const rig = new StageRig(rules);
  rig.stage.push("up", new Uint8Array([...CLIENT_PREFACE, ...settings]));
  rig.stage.push("down", settings.slice());
  return rig;
}

/** One frame of any type, mostly well formed; sizes are small. */
const anyFrame = fc.oneof(
  fc.record({
    id: fc.integer({ min: 0, max: 4 }).map((n) => 2 * n + 1),
    end: fc.boolean(),
    name: fc.stringMatching(/^[a-z-]{1,8}$/),
    value: fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
      maxLength: 12,
    }),
  }).map(({ id, end, name, value }) => headers(id, [[":path", "/a"], [name, value]], end)),
  fc.record({
    type: fc.integer({ min: 0, max: 12 }).filter((type) =>
      ![FRAME.headers, FRAME.pushPromise, FRAME.continuation].includes(type as never)
    ),
    flags: fc.integer({ min: 0, max: 255 }),
    id: fc.integer({ min: 0, max: 9 }),
    payload: fc.uint8Array({ maxLength: 24 }),
  }).map(({ type, flags, id, payload }) => frame(type, flags, id, payload)),
);

const soup = fc.array(anyFrame, { maxLength: 20 });
/** Cuts bytes in pieces at random places. */
const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });

function pushSliced(
  rig: StageRig,
  direction: Direction,
  bytes: Uint8Array,
  lengths: readonly number[],
): void {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = Math.min(bytes.length, at + lengths[turn % lengths.length]!);
    rig.stage.push(direction, bytes.slice(at, end));
    at = end;
  }
}

const joined = (frames: readonly Uint8Array[]) => new Uint8Array(frames.flatMap((each) => [...each]));

Deno.test("with nothing armed the same frames and fields come out as went in, for any slicing", () => {
  fc.assert(
    fc.property(soup, soup, cuts, (up, down, lengths) => {
      const rig = begun();
      for (const [direction, frames] of [["up", up], ["down", down]] as const) {
        pushSliced(rig, direction, joined(frames), lengths);
        const sent = new ReceivingPeer();
        sent.push(settings);
        sent.push(joined(frames));
        assertEquals(rig.received(direction).frames, sent.frames);
      }
      assertEquals(rig.ended, []);
    }),
    { numRuns: 300 },
  );
});

Deno.test("no bytes crash it, with rules armed or not, and nothing is held for good", () => {
  const rules = [
    {
      name: "delay",
      match: { nth: { every: 2 } },
      action: { kind: "delay", delayMs: 1000, direction: "both" },
    },
    { name: "slow", match: { nth: { every: 3 } }, action: { kind: "slowHeaders", intervalMs: 1000 } },
    { name: "cut", match: { share: 0.5 }, action: { kind: "truncatedMessage", bytes: 3 } },
    {
      name: "reset",
      match: { nth: { exactly: 3 } },
      action: { kind: "rstStream", code: "CANCEL", when: "response-end" },
    },
    { name: "away", match: { nth: { exactly: 4 } }, action: { kind: "goaway", lastStreamId: "previous" } },
  ] as const;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.oneof(anyFrame, fc.uint8Array({ maxLength: 40 }))), {
        maxLength: 30,
      }),
      (pieces) => {
        const rig = begun(rules);
        for (const [isUp, bytes] of pieces) rig.stage.push(isUp ? "up" : "down", bytes.slice());
        rig.planner.disarm(rig.rules);
        assertEquals(rig.notes.filter((text) => text.includes("the link itself failed")), []);
        // A direction that was given up is not looked at any more; the others let all go.
        if (rig.ended.length === 0) {
          assertEquals([rig.stage.heldBytes("up"), rig.stage.heldBytes("down")], [
            0,
            0,
          ]);
        }
        rig.stage.end("up");
        rig.stage.end("down");
        assertEquals(rig.ended.filter((how) => how === "up" || how === "down").sort(), ["down", "up"]);
        rig.stage.close();
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("what speaks no HTTP/2 passes untouched, whoever begins", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 80 }),
      cuts,
      fc.boolean(),
      (up, down, lengths, isDownFirst) => {
        fc.pre(up[0] !== CLIENT_PREFACE[0] && down[0] !== 0);
        const rig = new StageRig();
        const order: Direction[] = isDownFirst ? ["down", "up"] : ["up", "down"];
        for (const direction of order) pushSliced(rig, direction, direction === "up" ? up : down, lengths);
        rig.stage.end("up");
        rig.stage.end("down");
        assertEquals(rig.raw, { up: [...up], down: [...down] });
        assertEquals(rig.ended, ["up", "down"]);
        assertEquals(rig.notes.length, up.length + down.length > 0 ? 1 : 0);
      },
    ),
  );
});

Deno.test("a target that answers HTTP/2 with text is passed on untouched", () => {
  const rig = new StageRig();
  const hello = new Uint8Array([
    ...CLIENT_PREFACE,
    ...settings,
    ...headers(1, requestFields("/a")).subarray(0, 12),
  ]);
  rig.stage.push("up", hello.slice());
  rig.stage.push("down", text("HTTP/1.1 400 Bad Request\r\n\r\n"));
  assertEquals(rig.raw.down, [...text("HTTP/1.1 400 Bad Request\r\n\r\n")]);
  assertEquals(rig.raw.up, [...hello]);
  assertMatch(rig.notes[0]!, /target of connection 1 speaks no HTTP\/2/);
});

Deno.test("a peer that breaks HTTP/2 is told the code by GOAWAY, and both sides are ended behind it", () => {
  const cases: readonly [Uint8Array, number][] = [
    [frame(FRAME.continuation, FLAG.endHeaders, 1, NO_BYTES), ERROR.protocolError],
    [frame(FRAME.headers, FLAG.endHeaders, 0, NO_BYTES), ERROR.protocolError],
    [frame(FRAME.headers, FLAG.endHeaders | FLAG.padded, 1, new Uint8Array([9])), ERROR.protocolError],
    [frame(FRAME.headers, FLAG.endHeaders, 1, new Uint8Array([0xff, 0xff, 0xff])), ERROR.compressionError],
    [
      joined([frame(FRAME.headers, 0, 1, NO_BYTES), pingFrame(new Uint8Array(8), false)]),
      ERROR.protocolError,
    ],
    [frame(FRAME.data, 0, 1, new Uint8Array(20_000)), ERROR.frameSizeError],
  ];
  for (const direction of ["up", "down"] as const) {
    for (const [bytes, code] of cases) {
      const rig = begun();
      rig.stage.push(direction, bytes.slice());
      const told = rig.received(direction === "up" ? "down" : "up").of("goaway")[0]!;
      assertEquals(told.payload.slice(4, 8), [0, 0, 0, code]);
      assertEquals(rig.received(direction).of("goaway").length, 1);
      assertEquals(rig.ended, ["up", "down"]);
      // What still comes is not looked at.
      rig.stage.push(direction, bytes.slice());
      assertEquals(rig.notes.length, 1);
    }
  }
});

Deno.test("a header with capitals ends its stream alone", () => {
  const rig = begun();
  const block = new Uint8Array([0x00, 1, 0x41, 1, 0x62]);
  rig.stage.push("up", frame(FRAME.headers, FLAG.endHeaders, 1, block));
  rig.stage.push("up", headers(3, requestFields("/a"), true));
  assertEquals(rig.received("up").of("headers").map(({ streamId }) => streamId), [3]);
  assertEquals(rig.received("up").of("rstStream"), []);
  const [told] = rig.received("down").of("rstStream");
  assertEquals([told?.streamId, told?.payload], [1, [0, 0, 0, ERROR.protocolError]]);
  assertEquals(rig.ended, []);
});

Deno.test("a smaller table of a peer is answered by a change of size at the next block", () => {
  const rig = new StageRig();
  rig.stage.push("up", new Uint8Array([...CLIENT_PREFACE, ...settingsFrame([[SETTING.headerTableSize, 0]])]));
  rig.stage.push("down", joined([settings, settingsAck(), answer(1), answer(3)]));
  const isUpdated = (at: number) => (rig.raw.down[at]! & 0xe0) === 0x20;
  const first = 9 + 9 + 9;
  assertEquals([isUpdated(first), isUpdated(first + 2 + 9)], [true, false]);
});

Deno.test("credit of the connection comes back for DATA that the far side never gets", () => {
  const rig = begun([{ name: "r", action: { kind: "abort", grpcStatus: "ABORTED" } }]);
  rig.stage.push("up", headers(1, requestFields("/a")));
  rig.stage.push("up", joined([data(1, new Uint8Array(1000)), data(1, new Uint8Array(24), FLAG.endStream)]));
  assertEquals(rig.received("up").frames.map(({ type }) => type), [FRAME.settings]);
  const given = rig.received("down").of("windowUpdate");
  assertEquals(given.map(({ streamId, payload }) => [streamId, ...payload]), [[0, 0, 0, 4, 0]]);
});

Deno.test("a rule's answer waits until the target's SETTINGS have passed", () => {
  const rig = new StageRig([{ name: "r", action: { kind: "abort", grpcStatus: "ABORTED" } }]);
  rig.stage.push("up", joined([CLIENT_PREFACE, settings, headers(1, requestFields("/a"), true)]));
  assertEquals(rig.raw.down, []);
  rig.stage.push("down", settings.slice());
  assertEquals(rig.received("down").frames.map(({ type }) => type), [
    FRAME.settings,
    FRAME.headers,
    FRAME.ping,
  ]);
});

Deno.test("a request that was overtaken gets a later number, and the target's GOAWAY is told in the caller's", () => {
  const rig = begun([
    { name: "r", match: { method: "/slow" }, action: { kind: "delay", delayMs: 3_600_000, direction: "up" } },
  ]);
  rig.stage.push(
    "up",
    joined([headers(1, requestFields("/slow"), true), headers(3, requestFields("/quick"), true)]),
  );
  rig.planner.disarm(rig.rules);
  rig.stage.push("up", headers(5, requestFields("/later"), true));
  assertEquals(
    rig.received("up").of("headers").map(({ streamId, fields }) => [streamId, fields?.[2]?.[1]]),
    [[3, "/quick"], [5, "/slow"], [7, "/later"]],
  );
  rig.stage.push("down", joined([answer(5), windowUpdateFrame(7, 1), answer(3, true)]));
  assertEquals(rig.received("down").of("headers").map(({ streamId }) => streamId), [1, 3]);
  assertEquals(rig.received("down").of("windowUpdate").map(({ streamId }) => streamId), [5]);
  // The target has looked at 5 and below: the caller's 1, but not its 5.
  rig.stage.push("down", goawayFrame(5, 0));
  assertEquals(rig.received("down").of("goaway")[0]!.payload, [0, 0, 0, 1, 0, 0, 0, 0]);
  assertEquals(rig.received("down").of("rstStream").map(({ streamId, payload }) => [streamId, payload[3]]), [[
    5,
    7,
  ]]);
});

Deno.test("an acknowledged PING of the link's own confirms a rule, and those of the peers pass", () => {
  const rig = begun([{ name: "r", action: { kind: "rstStream", code: 0xbad } }]);
  rig.stage.push("up", headers(1, requestFields("/a"), true));
  const [ping] = rig.received("down").of("ping");
  assertEquals(rig.rules.books[0]!.confirmed, 0);
  rig.stage.push("up", pingFrame(new Uint8Array(8), true));
  assertEquals([rig.received("up").of("ping").length, rig.rules.books[0]!.confirmed], [1, 0]);
  rig.stage.push("up", pingFrame(new Uint8Array(ping!.payload), true));
  assertEquals([rig.received("up").of("ping").length, rig.rules.books[0]!.confirmed], [1, 1]);
});
