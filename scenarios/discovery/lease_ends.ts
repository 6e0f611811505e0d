import {
  type Check,
  claim,
  clause,
  type JudgedHistory,
  lateness,
  scenario,
  type Seen,
  TIMING,
  verdictOf,
  waiting,
  witnessed,
} from "../../harness/mod.ts";

const LEASE_SECONDS = 2;

/** Between the kill and the end of the registration lies no less and no more than what is left of the lease. */
function lifetime(h: JudgedHistory, killed: Seen<"process"> | undefined, goneT: number | undefined): Check {
  // The last keep-alive came up to a third of the lease before the kill.
  const earliestMs = LEASE_SECONDS * 1000 * 2 / 3 - TIMING.lagBudgetMs;
  const latestMs = LEASE_SECONDS * 1000 + TIMING.leaseMarginMs;
  const expected = `gone ${earliestMs.toFixed(0)} to ${latestMs} ms after the kill`;
  if (killed === undefined) return verdictOf("vacuous", expected, "nothing was killed");
  if (goneT === undefined) return claim(expected, "never gone", false, [killed.seq]);
  const livedMs = goneT - killed.t;
  const actual = `gone after ${livedMs.toFixed(0)} ms`;
  if (livedMs <= latestMs) return claim(expected, actual, livedMs >= earliestMs, [killed.seq]);
  const span = { fromT: killed.t, toT: goneT };
  return waiting(h, span, livedMs - latestMs, lateness(h, span, expected, actual, [killed.seq]));
}

/** Without a lease a crash leaves its address behind for ever; with a longer one it leaves it for longer than promised. */
export default scenario({
  id: "discovery/lease_ends",
  clauses: ["DSC-02"],
  needs: ["discovery"],
  topology: { echo: { instances: 2 } },
  policy: "masked.yaml",
  environment: { leaseSeconds: LEASE_SECONDS },
  seconds: 5,
  async drive(t) {
    const [victim] = t.instances();
    if (victim === undefined) return;
    await t.calls("both alive", 50);
    await victim.kill();
    await t.converge(
      "the registration is gone",
      2 * LEASE_SECONDS * 1000 + 2 * TIMING.leaseMarginMs,
      async () => !(await t.registry.has("echo", victim.id)),
    );
    await t.converge("the mesh has noticed", TIMING.discoveryConvergesMs, async () => {
      const { status } = await t.call("noticing");
      return status === "OK";
    });
    await t.calls("one alive", 100);
  },
  judge: (h) => {
    const [victim = "", survivor = ""] = h.of("instance").map((event) => event.instance);
    const put = h.of("registry").find((event) => event.operation === "put" && event.instance === victim);
    const killed = h.of("process").find((event) => event.edge === "killed");
    const goneT = h.registryT("delete", victim, killed?.t);
    return [
      clause(
        "DSC-02",
        h.phase("both alive").everyCall({ status: "OK" }),
        witnessed(h, `kill ${victim}`),
        claim(
          `bound to a lease of ${LEASE_SECONDS} s`,
          put === undefined ? "never registered" : `lease of ${put.leaseSeconds ?? 0} s`,
          put?.leaseSeconds === LEASE_SECONDS,
          put === undefined ? [] : [put.seq],
        ),
        lifetime(h, killed, goneT),
        h.phase("one alive").everyCall({ status: "OK", attempts: 1 }),
        h.phase("one alive").everyInstanceReceives([survivor]),
      ),
    ];
  },
  mutants: ["registration-without-lease", "registration-ttl-doubled"],
});
