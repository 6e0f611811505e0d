import { type CallSpec, history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import { addSpans, span, threeAttempts, type TraceSpec } from "../../harness/judge/testing/trace_builder.ts";
import attemptSpans from "./attempt_spans.ts";

/** Thirty calls of three attempts each; the last of them is odd. */
function cell(
  odd: (id: string, caller: string) => TraceSpec = threeAttempts,
  call: CallSpec = {},
): HistoryBuilder {
  const cell = history();
  for (let index = 1; index <= 30; index++) {
    const id = `call#${index}`;
    const spanId = index.toString(16).padStart(16, "c");
    const traceId = index.toString(16).padStart(32, "a");
    const last = index === 30;
    const at = ["echo-1", "echo-1", "echo-1"];
    cell.call("retried", { id, traceId, spanId, at, ...(last ? call : {}) });
    addSpans(cell, (last ? odd : threeAttempts)(id, spanId), traceId);
  }
  return cell;
}

proveJudge(attemptSpans, {
  beside: import.meta.url,
  keeps: { "each attempt has a span of its own": () => cell() },
  breaks: {
    "one span for all attempts": () => ({
      history: cell((id, caller) => ({
        ...threeAttempts(id, caller),
        server2: span("s2", "echo", "server", "t1", id),
        server3: span("s3", "echo", "server", "t1", id),
      })),
      says: /^call#30: 1 attempt spans for 3 attempts/,
    }),
    "retries under a new trace": () => ({
      history: cell((id, caller) => ({
        ...threeAttempts(id, caller),
        server3: { ...span("s3", "echo", "server", "t3", id), traceId: "b".repeat(32) },
      })),
      says: /under trace b{32}/,
    }),
    "no span above the attempts": () => ({
      history: cell((id, caller) => ({ ...threeAttempts(id, caller), call: undefined })),
      says: /no parent among the spans/,
    }),
    "no spans of the mesh": () => ({
      history: cell((id, caller) => ({
        client: threeAttempts(id, caller)["client"],
        server1: span("s1", "echo", "server", caller, id),
        server2: span("s2", "echo", "server", caller, id),
        server3: span("s3", "echo", "server", caller, id),
      })),
      says: /no span of the mesh above it/,
    }),
    "one attempt too few": () => ({
      history: cell(threeAttempts, { at: ["echo-1", "echo-1"] }),
      says: /2 attempts/,
    }),
    "the call fails": () => ({
      history: cell(threeAttempts, { status: "UNAVAILABLE" }),
      says: /status UNAVAILABLE/,
    }),
    "no call was made": () => ({ history: history(), verdict: "vacuous" }),
  },
});
