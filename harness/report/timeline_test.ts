import { assertEquals } from "@std/assert";
import type { EventBody } from "../model/event.ts";
import { describeEvent, timeline } from "./timeline.ts";
import { result } from "./testing/report_builder.ts";

/** One event of each kind (several where the words differ) and its words. */
const WORDS: readonly (readonly [EventBody, string])[] = [
  [
    {
      kind: "request.sent",
      id: "a",
      phase: "p",
      service: "echo",
      method: "Call",
      headers: {},
      plannedT: 0,
      deadlineMs: 1,
    },
    "sent a to echo/Call",
  ],
  [
    {
      kind: "request.answered",
      id: "a",
      status: "OK",
      message: "",
      instance: "echo-1",
      headers: {},
      trailers: {},
    },
    "a answered OK by echo-1",
  ],
  [
    {
      kind: "request.answered",
      id: "a",
      status: "UNAVAILABLE",
      message: "no upstream",
      instance: "",
      headers: {},
      trailers: {},
    },
    'a answered UNAVAILABLE "no upstream"',
  ],
  [
    {
      kind: "attempt.received",
      id: "a",
      instance: "echo-1",
      service: "echo",
      method: "Call",
      ordinal: 2,
      headers: {},
    },
    "received a, attempt 2",
  ],
  [
    { kind: "attempt.ended", id: "a", instance: "echo-1", ordinal: 2, status: "OK" },
    "ended a, attempt 2: OK",
  ],
  [
    { kind: "fault", fault: "kill echo-1", edge: "witnessed", detail: "refused" },
    "kill echo-1 witnessed: refused",
  ],
  [{ kind: "fault", fault: "kill echo-1", edge: "healed", detail: "" }, "kill echo-1 healed"],
  [
    {
      kind: "fault.hit",
      fault: "hop/slice",
      link: "hop",
      connection: 3,
      direction: "up",
      detail: "in pieces",
    },
    "hop/slice hit connection 3 of hop: in pieces",
  ],
  [
    { kind: "push", edge: "nack", type: "Route", version: "2", nonce: "n", error: "bad regex" },
    "push nack Route version 2: bad regex",
  ],
  [
    { kind: "push", edge: "ack", type: "Route", version: "2", nonce: "n", error: "" },
    "push ack Route version 2",
  ],
  [
    { kind: "registry", operation: "put", service: "echo", instance: "echo-1", revision: 3, detail: "{}" },
    "put echo/echo-1 {}",
  ],
  [
    {
      kind: "connections.counted",
      instance: "echo-1",
      byProxy: { toOutbound: 0, toInbound: 1, straight: 2 },
      byOthers: { toOutbound: 3, toInbound: 4, straight: 5 },
    },
    "connections in echo-1: by its proxy 0 to its outbound, 1 to its inbound, 2 straight; " +
    "by others 3 to its outbound, 4 to its inbound, 5 straight",
  ],
  [
    { kind: "process", name: "echo-1", pid: 7, edge: "killed", detail: "SIGKILL" },
    "process echo-1 killed SIGKILL",
  ],
  [
    {
      kind: "handshake",
      phase: "p",
      id: "a",
      outcome: "refused",
      serial: "01",
      protocol: "",
      detail: "alert 42",
    },
    "handshake a refused leaf 01 alert 42",
  ],
  [{ kind: "converged", what: "it shows", met: true, afterMs: 12.4, limitMs: 100 }, '"it shows" after 12 ms'],
  [
    { kind: "converged", what: "it shows", met: false, afterMs: 101, limitMs: 100 },
    '"it shows" not within 100 ms',
  ],
  [
    {
      kind: "span",
      traceId: "t",
      spanId: "s1",
      parentSpanId: "",
      name: "Echo/Call",
      spanKind: "server",
      serviceName: "echo",
      startT: 0,
      endT: 1,
      status: "unset",
      attributes: {},
    },
    "span echo Echo/Call s1",
  ],
  [{ kind: "connection", instance: "echo-1" }, "connection to the dead echo-1"],
  [
    { kind: "machine.waited", waitedMs: 120.4, windowMs: 250.2 },
    "programs waited for a core for 120 of 250 ms",
  ],
  [{ kind: "harness.lag", maxMs: 12.34 }, "harness late by 12.3 ms"],
  [
    { kind: "instance", service: "echo", instance: "echo-1", labels: {}, address: "127.0.0.1:1" },
    "instance echo-1 of echo at 127.0.0.1:1",
  ],
  [{ kind: "phase", phase: "canary", edge: "begin" }, 'phase "canary" begins'],
  [{ kind: "note", text: "the cell broke" }, "the cell broke"],
];

for (const [body, words] of WORDS) {
  Deno.test(`describeEvent of ${body.kind}: ${words}`, () => {
    assertEquals(describeEvent({ seq: 0, t: 0, source: "client", ...body }), words);
  });
}

Deno.test("timeline puts callers and harness on the left and upstreams on the right", () => {
  const lines = timeline(result("RTE-01", "fail", {
    evidence: [
      { seq: 1, t: 1.26, source: "client", text: "sent a to echo/Call" },
      { seq: 2, t: 12.5, source: "upstream:echo-1", text: "received a, attempt 1" },
      { seq: 3, t: 1234.5, source: "fault", text: "kill echo-1 begin" },
    ],
  }));
  const right = " ".repeat(38);
  assertEquals(lines, [
    "       1.3 ms client: sent a to echo/Call",
    `      12.5 ms ${right}| echo-1: received a, attempt 1`,
    "    1234.5 ms fault: kill echo-1 begin",
  ]);
});
