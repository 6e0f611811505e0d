import {
  type Check,
  claim,
  clause,
  everyOnwardCall,
  type JudgedHistory,
  scenario,
  SIDECAR,
  verdictOf,
  viaMark,
} from "../../harness/mod.ts";

const CALLER = "client-1";
const DESTINATIONS = [
  { service: "echo", instance: "echo-1" },
  { service: "echo", instance: "echo-2" },
  { service: "other", instance: "other-1" },
] as const;
const CALLS = 20;

/** A proxy in the way must be in the way of everything, once, and must change nothing of where things go. */
export default scenario({
  id: "interception/captured",
  clauses: ["SID-01", "SID-02"],
  needs: ["interception"],
  topology: { client: { instances: 1 }, echo: { instances: 2 }, other: { instances: 1 } },
  policy: "plain.yaml",
  environment: { interception: { uncapturedInbound: ["client"] } },
  seconds: 8,
  async drive(t) {
    for (const { service, instance } of DESTINATIONS) {
      await t.calls(`to ${instance}`, CALLS, { next: [{ service, instance }] });
    }
    // All at once too: connections that are open at the same time must not be taken for each other.
    await Promise.all(
      DESTINATIONS.map(({ service, instance }) =>
        t.calls(`to ${instance} beside the others`, CALLS, { next: [{ service, instance }] })
      ),
    );
    await t.countConnections();
  },
  judge: (h) => {
    const phases = DESTINATIONS.flatMap(({ instance }) => [
      { instance, phase: h.phase(`to ${instance}`) },
      { instance, phase: h.phase(`to ${instance} beside the others`) },
    ]);
    const answered = phases.map(({ phase }) => phase.everyCall({ status: "OK" }));
    return [
      clause(
        "SID-01",
        ...answered,
        ...phases.map(({ instance, phase }) =>
          everyOnwardCall(phase, {
            at: instance,
            via: [viaMark(CALLER, "outbound"), viaMark(instance, "inbound")],
            peer: SIDECAR.inboundSource,
          })
        ),
      ),
      clause(
        "SID-02",
        ...answered,
        ...phases.map(({ instance, phase }) =>
          everyOnwardCall(phase, {
            at: instance,
            via: [viaMark(CALLER, "outbound"), viaMark(instance, "inbound")],
          })
        ),
        programIsCaptured(h),
        ...[CALLER, ...DESTINATIONS.map(({ instance }) => instance)].map((each) =>
          proxyGoesStraight(h, each)
        ),
      ),
    ];
  },
  mutants: ["interception-first-service", "interception-loop", "interception-inbound-loop"],
});

/** What the kernel counted in a pod, or a check that says that it did not. */
function countOf(h: JudgedHistory, instance: string) {
  return h.of("connections.counted").find((event) => event.instance === instance);
}

/** The counters do see a redirection where there is one. */
function programIsCaptured(h: JudgedHistory): Check {
  const expected = `${CALLER}: the kernel counts connections of its program to the outbound proxy`;
  const counted = countOf(h, CALLER);
  if (counted === undefined) return verdictOf("vacuous", expected, "nobody counted");
  const { toOutbound } = counted.byOthers;
  return claim(expected, `${toOutbound}`, toOutbound > 0, [counted.seq]);
}

/** Whatever the proxy opens, to other pods or to its own program, goes where it is dialled. */
function proxyGoesStraight(h: JudgedHistory, instance: string): Check {
  const expected =
    `${instance}: the kernel counts no connection of the proxy's to itself, and some to where it dialled`;
  const counted = countOf(h, instance);
  if (counted === undefined) return verdictOf("vacuous", expected, "nobody counted");
  const { toOutbound, toInbound, straight } = counted.byProxy;
  return claim(
    expected,
    `${instance}: ${toOutbound} to its outbound and ${toInbound} to its inbound port, ${straight} straight`,
    toOutbound + toInbound === 0 && straight > 0,
    [counted.seq],
  );
}
