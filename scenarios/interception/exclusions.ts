import { clause, everyOnwardCall, scenario, SIDECAR, viaMark } from "../../harness/mod.ts";

const CALLER = "client-1";
const CALLS = 30;
/** Excluded by its port, by its address, and not at all: each differs from the others in both. */
const BY_PORT = "metrics";
const BY_ADDRESS = "database";
const CAPTURED = "echo";

/** Who excludes a database or a metrics port has a reason: a proxy in the way all the same breaks what it does not know. */
export default scenario({
  id: "interception/exclusions",
  clauses: ["SID-03"],
  needs: ["interception"],
  topology: {
    client: { instances: 1 },
    [CAPTURED]: { instances: 1 },
    [BY_PORT]: { instances: 1 },
    [BY_ADDRESS]: { instances: 1 },
  },
  policy: "plain.yaml",
  environment: {
    interception: {
      uncapturedInbound: ["client"],
      excludedPortsOf: [BY_PORT],
      excludedAddressesOf: [BY_ADDRESS],
    },
  },
  seconds: 8,
  async drive(t) {
    for (const service of [CAPTURED, BY_PORT, BY_ADDRESS]) {
      await t.calls(`to ${service}`, CALLS, { next: [{ service, instance: `${service}-1` }] });
    }
  },
  judge: (h) => {
    // What is excluded where it is sent is still captured where it arrives: the pod's own rules know nothing of it.
    const onward = (service: string, isCaptured: boolean) => {
      const instance = `${service}-1`;
      return [
        h.phase(`to ${service}`).everyCall({ status: "OK" }),
        everyOnwardCall(h.phase(`to ${service}`), {
          at: instance,
          via: [...(isCaptured ? [viaMark(CALLER, "outbound")] : []), viaMark(instance, "inbound")],
          peer: SIDECAR.inboundSource,
        }),
      ];
    };
    return [
      clause("SID-03", ...onward(CAPTURED, true), ...onward(BY_PORT, false), ...onward(BY_ADDRESS, false)),
    ];
  },
  mutants: ["interception-captures-excluded"],
});
