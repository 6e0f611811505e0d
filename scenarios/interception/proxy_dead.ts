import {
  clause,
  everyOnwardCall,
  noOnwardCall,
  scenario,
  SIDECAR,
  TIMING,
  viaMark,
  witnessed,
} from "../../harness/mod.ts";

const CALLER = "client-1";
const ALIVE = "echo-1";
const VICTIM = "echo-2";
const CALLS = 30;
const PER_SECOND = 20;
const WHILE_DEAD = Math.round(TIMING.proxyDeadMs / 1000 * PER_SECOND);

const to = (instance: string) => ({ next: [{ service: "echo", instance }] });

/** A proxy that opens the way when it dies gives everything away, unencrypted and unasked, at the worst moment. */
export default scenario({
  id: "interception/proxy_dead",
  clauses: ["SID-04"],
  needs: ["interception"],
  topology: { client: { instances: 1 }, echo: { instances: 2 } },
  policy: "plain.yaml",
  // The harness reaches its client beside the proxy, and can so ask it to call also while that is dead.
  environment: { interception: { uncapturedInbound: ["client"] } },
  seconds: 12,
  async drive(t) {
    for (const instance of [ALIVE, VICTIM]) await t.calls(`before, to ${instance}`, CALLS, to(instance));
    await t.sidecar(VICTIM).kill();
    await t.calls("the called one's proxy is dead", WHILE_DEAD, { ...to(VICTIM), perSecond: PER_SECOND });
    await t.calls("to the other meanwhile", CALLS, to(ALIVE));
    await t.sidecar(CALLER).kill();
    await t.calls("the caller's proxy is dead", WHILE_DEAD, { ...to(ALIVE), perSecond: PER_SECOND });
  },
  judge: (h) => {
    const served = (phase: string, instance: string) => [
      h.phase(phase).everyCall({ status: "OK" }),
      everyOnwardCall(h.phase(phase), {
        at: instance,
        via: [viaMark(CALLER, "outbound"), viaMark(instance, "inbound")],
        peer: SIDECAR.inboundSource,
      }),
    ];
    const closed = (phase: string) => [
      noOnwardCall(h.phase(phase)),
      h.phase(phase).everyCall({ status: "UNAVAILABLE", withinMs: TIMING.deadProxyRefusesMs }),
      // The client itself did get them: it is its call onward that was refused.
      h.phase(phase).reachedUpstream(WHILE_DEAD),
    ];
    return [
      clause(
        "SID-04",
        ...served(`before, to ${ALIVE}`, ALIVE),
        ...served(`before, to ${VICTIM}`, VICTIM),
        witnessed(h, `kill sidecar of ${VICTIM}`),
        ...closed("the called one's proxy is dead"),
        ...served("to the other meanwhile", ALIVE),
        witnessed(h, `kill sidecar of ${CALLER}`),
        ...closed("the caller's proxy is dead"),
      ),
    ];
  },
  mutants: ["interception-bypass"],
});
