import type http2 from "node:http2";
import { EventEmitter } from "node:events";
import { assertEquals } from "@std/assert";
import { callOverSession } from "./http2_call.ts";

const REQUEST = { id: "a#1", phase: "phase", service: "echo", deadlineMs: 5_000 };

/** A session whose socket has died, which hears of it in the next turn of the event loop. */
function dyingSession() {
  const session = Object.assign(new EventEmitter(), {
    destroyed: false,
    closed: false,
    request: () => {
      throw new Error("write EPIPE");
    },
  });
  setTimeout(() => session.destroyed = true);
  return session as unknown as http2.ClientHttp2Session;
}

Deno.test("callOverSession lets the event loop turn where a call fails at once, so that its session can end", async () => {
  const session = dyingSession();
  const outcomes: string[] = [];
  while (!session.destroyed && outcomes.length < 1_000) {
    const { status, message } = await callOverSession(session, REQUEST, {});
    outcomes.push(`${status} ${message}`);
  }
  assertEquals([session.destroyed, outcomes.length < 10], [true, true]);
  assertEquals(outcomes[0], "UNAVAILABLE write EPIPE");
});
