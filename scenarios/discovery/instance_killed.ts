import { type Call, claim, clause, CLEAN_REQUESTS, scenario, TIMING, witnessed } from "../../harness/mod.ts";

const LEASE_SECONDS = 2;
const PER_SECOND = 150;
/** Each instance names itself in its response headers. */
const INSTANCE_HEADER = "x-meshproof-instance";

/** A dead instance must cost no caller anything: retries mask it until its lease ends, then nobody asks it any more. */
export default scenario({
  id: "discovery/instance_killed",
  clauses: ["DSC-04"],
  needs: ["discovery", "retry"],
  topology: { echo: { instances: 3 } },
  policy: "masked.yaml",
  environment: { leaseSeconds: LEASE_SECONDS },
  seconds: 7,
  async drive(t) {
    const [victim] = t.instances();
    if (victim === undefined) return;
    await t.calls("all alive", 60);
    const load = t.load("dying", { perSecond: PER_SECOND });
    await victim.kill();
    await t.converge(
      "the registration is gone",
      LEASE_SECONDS * 1000 + TIMING.leaseMarginMs,
      async () => !(await t.registry.has("echo", victim.id)),
    );
    await t.elapse("the mesh may take its time to notice", TIMING.discoveryConvergesMs / 2);
    await load.stop();
    // Whoever still believes in the dead instance now connects to its tombstone, and is seen.
    await victim.tombstone();
    await t.calls("after its lease", CLEAN_REQUESTS);
  },
  judge: (h) => {
    const [victim = "", ...survivors] = h.of("instance").map((event) => event.instance);
    // The caller has the victim's response headers already: a mesh that replayed such a call would break RTY-05.
    const isCommitted = (call: Call) =>
      call.answered?.headers[INSTANCE_HEADER] === victim &&
      call.attempts.some(({ received }) => received.instance === victim);
    const connections = h.of("connection").filter((event) => event.instance === victim);
    return [
      clause(
        "DSC-04",
        h.phase("all alive").everyCall({ status: "OK" }),
        witnessed(h, `kill ${victim}`),
        h.phase("dying").where("what may be retried", (call) => !isCommitted(call)).everyCall({
          status: "OK",
        }),
        h.metInTime("the registration is gone"),
        h.phase("after its lease").everyCall({ status: "OK", attempts: 1, notAt: [victim] }),
        h.phase("after its lease").everyInstanceReceives(survivors),
        claim(
          "nobody connects to the dead instance after its lease",
          `${connections.length} connections`,
          connections.length === 0,
          connections.map((event) => event.seq),
        ),
      ),
    ];
  },
  mutants: ["endpoint-kept-for-ever"],
});
