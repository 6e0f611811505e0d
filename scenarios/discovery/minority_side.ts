import { clause, scenario, TIMING, witnessed } from "../../harness/mod.ts";

const LEASE_SECONDS = 2;
/** A member of the registry that has lost the others: it still answers, and can promise nothing. */
const LOST = "registry-3";
const QUORUM = ["registry-1", "registry-2"];

/**
 * An instance that reaches one member of the registry, on the wrong side of a partition, is as cut off as one that
 * reaches none: it has to leave, and to come back once the two sides hear each other again.
 */
export default scenario({
  id: "discovery/minority_side",
  clauses: ["DSC-07"],
  needs: ["discovery"],
  topology: { echo: { instances: 2 } },
  policy: "plain.yaml",
  environment: { leaseSeconds: LEASE_SECONDS, registry: "own", kernel: true },
  seconds: 12,
  async drive(t) {
    const [cut] = t.instances();
    if (cut === undefined) return;
    const serves = async (phase: string, wanted: boolean) => {
      const two = [await t.call(phase), await t.call(phase)];
      return two.every((result) => result.status === "OK") &&
        two.some((result) => result.instance === cut.id) === wanted;
    };
    await t.calls("whole", 50);
    const fault = await t.kernel.partition([cut.id, LOST], QUORUM);
    await t.converge(
      "its lease has run out",
      LEASE_SECONDS * 1000 + TIMING.leaseMarginMs,
      async () => !(await t.registry.has("echo", cut.id)),
    );
    await t.converge("the mesh leaves it out", TIMING.discoveryConvergesMs, () => serves("leaving", false));
    await t.calls("divided", 100);
    await fault.heal();
    await t.converge(
      "it has registered anew",
      TIMING.registryRecoversMs,
      () => t.registry.has("echo", cut.id),
    );
    await t.converge("the mesh takes it in", TIMING.discoveryConvergesMs, () => serves("returning", true));
    await t.calls("whole again", 100);
  },
  judge: (h) => {
    const instances = h.of("instance").map((event) => event.instance);
    const cut = instances.slice(0, 1);
    const whole = ["whole", "whole again"].flatMap((phase) => [
      h.phase(phase).everyCall({ status: "OK" }),
      h.phase(phase).everyInstanceReceives(instances),
    ]);
    return [
      clause(
        "DSC-07",
        witnessed(h, `partition ${cut[0]}, ${LOST} | ${QUORUM.join(", ")}`),
        h.metInTime("its lease has run out"),
        h.metInTime("the mesh leaves it out"),
        h.phase("divided").everyCall({ status: "OK", notAt: cut }),
        h.metInTime("it has registered anew"),
        h.metInTime("the mesh takes it in"),
        ...whole,
      ),
    ];
  },
  mutants: ["cut-off-instance-stays", "cut-off-instance-never-returns"],
});
