import { clause, scenario, TIMING, witnessed } from "../../harness/mod.ts";

const LEASE_SECONDS = 2;

/** An instance that cannot reach the registry can tell nobody that it is ill; it has to leave, and to come back. */
export default scenario({
  id: "discovery/cut_off",
  clauses: ["DSC-07"],
  needs: ["discovery"],
  topology: { echo: { instances: 2 } },
  policy: "plain.yaml",
  environment: { leaseSeconds: LEASE_SECONDS, links: ["registry:echo-1"] },
  seconds: 8,
  async drive(t) {
    const [cut] = t.instances();
    if (cut === undefined) return;
    await t.calls("connected", 50);
    const fault = await t.link(`registry:${cut.id}`).blackhole("both");
    await t.converge(
      "it has left",
      LEASE_SECONDS * 1000 + TIMING.leaseMarginMs,
      async () => !(await t.registry.has("echo", cut.id)),
    );
    await t.converge("the mesh has noticed", TIMING.discoveryConvergesMs, async () => {
      const two = [await t.call("noticing"), await t.call("noticing")];
      return two.every((result) => result.status === "OK" && result.instance !== cut.id);
    });
    await t.calls("cut off", 100);
    await fault.heal();
    await t.converge(
      "it is registered again",
      TIMING.registryRecoversMs,
      () => t.registry.has("echo", cut.id),
    );
    await t.converge("it is served again", TIMING.discoveryConvergesMs, async () => {
      const { instance } = await t.call("returning");
      return instance === cut.id;
    });
    await t.calls("healed", 100);
  },
  judge: (h) => {
    const instances = h.of("instance").map((event) => event.instance);
    const cut = instances.slice(0, 1);
    return [
      clause(
        "DSC-07",
        h.phase("connected").everyCall({ status: "OK" }),
        h.phase("connected").everyInstanceReceives(instances),
        witnessed(h, `registry:${cut[0]} blackhole`),
        h.metInTime("it has left"),
        h.metInTime("the mesh has noticed"),
        h.phase("cut off").everyCall({ status: "OK", notAt: cut }),
        h.metInTime("it is registered again"),
        h.metInTime("it is served again"),
        h.phase("healed").everyCall({ status: "OK" }),
        h.phase("healed").everyInstanceReceives(instances),
      ),
    ];
  },
  mutants: ["cut-off-instance-stays", "cut-off-instance-never-returns"],
});
