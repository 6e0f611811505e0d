import { clause, scenario, TIMING } from "../../harness/mod.ts";

/** Capacity that was added but gets no traffic is capacity that is missing in the rush. */
export default scenario({
  id: "discovery/registered",
  clauses: ["DSC-01"],
  needs: ["discovery"],
  topology: { echo: { instances: 1, spare: 1 } },
  policy: "plain.yaml",
  async drive(t) {
    const [first] = t.instances();
    const [spare] = t.spares();
    await t.calls("before", 50);
    await spare?.register();
    await t.converge("the new instance is served", TIMING.discoveryConvergesMs, async () => {
      const { instance } = await t.call("converging");
      return instance === spare?.id && first !== undefined;
    });
    await t.calls("after", 200);
  },
  judge: (h) => {
    const instances = h.of("instance").map((event) => event.instance);
    return [
      clause(
        "DSC-01",
        h.phase("before").everyCall({ status: "OK", attempts: 1, notAt: instances.slice(1) }),
        h.metInTime("the new instance is served"),
        h.phase("after").everyCall({ status: "OK", attempts: 1 }),
        h.phase("after").everyInstanceReceives(instances),
      ),
    ];
  },
  mutants: ["discovery-polled-each-minute"],
});
