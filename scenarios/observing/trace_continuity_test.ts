import { history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import { addSpans, chainOfThree, span, type TraceSpec } from "../../harness/judge/testing/trace_builder.ts";
import traceContinuity from "./trace_continuity.ts";

/** Fifty traced calls; the last of them has these spans in place of its own. */
function cell(odd: (id: string, caller: string) => TraceSpec = chainOfThree, status = "OK"): HistoryBuilder {
  const cell = history();
  for (let index = 1; index <= 50; index++) {
    const id = `call#${index}`;
    const spanId = index.toString(16).padStart(16, "c");
    const traceId = index.toString(16).padStart(32, "a");
    const last = index === 50;
    cell.call("chain", {
      id,
      service: "front",
      traceId,
      spanId,
      at: ["front-1"],
      ...(last ? { status } : {}),
    });
    addSpans(cell, (last ? odd : chainOfThree)(id, spanId), traceId);
  }
  return cell;
}

const NEW_TRACE = "b".repeat(32);

proveJudge(traceContinuity, {
  beside: import.meta.url,
  keeps: { "every call is one whole trace": () => cell() },
  breaks: {
    "a hop begins a new trace": () => ({
      history: cell((id, caller) => ({
        ...chainOfThree(id, caller),
        back: { ...span("s3", "back", "server", "", `${id}/1/1`), traceId: NEW_TRACE },
      })),
      says: /^call#50: back served under trace b{32}/,
    }),
    "a hop hangs under the root": () => ({
      history: cell((id, caller) => ({
        ...chainOfThree(id, caller),
        back: span("s3", "back", "server", caller, `${id}/1/1`),
      })),
      says: /expected the client span of middle/,
    }),
    "the trace context is dropped": () => ({
      history: cell((id, caller) => ({
        client: chainOfThree(id, caller)["client"],
        front: { ...span("s1", "front", "server", "", id), traceId: NEW_TRACE },
      })),
      says: /front served under trace/,
    }),
    "a span has no parent": () => ({
      history: cell((id, caller) => ({
        ...chainOfThree(id, caller),
        stray: span("x", "reference", "internal", "gone"),
      })),
      says: /has no parent/,
    }),
    "no span ever came": () => ({ history: cell(() => ({})), says: /0 server spans of front/ }),
    "a call fails": () => ({ history: cell(chainOfThree, "UNAVAILABLE"), says: /status UNAVAILABLE/ }),
    "no call was made": () => ({ history: history(), verdict: "vacuous" }),
  },
});
