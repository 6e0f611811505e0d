import { clause, continuousTraces, scenario, TIMING } from "../../harness/mod.ts";

const CALLS = 50;
const CHAIN = ["front", "middle", "back"];

/** One broken link, and the trace of an outage ends where the outage begins. */
export default scenario({
  id: "observing/trace_continuity",
  clauses: ["OBS-01"],
  needs: ["tracing"],
  topology: { front: { instances: 1 }, middle: { instances: 1 }, back: { instances: 1 } },
  policy: "trace_continuity.yaml",
  environment: { traces: true },
  async drive(t) {
    await t.calls("chain", CALLS, {
      trace: true,
      next: [{ service: "middle", next: [{ service: "back" }] }],
    });
    await t.spansSettle(TIMING.spansArriveMs);
  },
  judge: (h) => {
    const phase = h.phase("chain");
    return [
      clause(
        "OBS-01",
        phase.everyCall({ status: "OK" }),
        continuousTraces(h, phase.name, phase.calls, CHAIN),
      ),
    ];
  },
  mutants: ["trace-new-per-hop", "trace-parent-is-root", "trace-dropped"],
});
