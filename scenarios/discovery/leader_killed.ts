import { clause, CLEAN_REQUESTS, scenario, TIMING, witnessed } from "../../harness/mod.ts";

/** The registry's worst minute must not become the mesh's: what was known stays known, what is new gets in. */
export default scenario({
  id: "discovery/leader_killed",
  clauses: ["DSC-08"],
  needs: ["discovery"],
  topology: { echo: { instances: 2, spare: 1 } },
  policy: "plain.yaml",
  environment: { registry: "own" },
  seconds: 9,
  async drive(t) {
    const [spare] = t.spares();
    if (spare === undefined) return;
    await t.calls("leader alive", 50);
    const load = t.load("leader killed", { perSecond: 50 });
    await t.registry.killLeader();
    await t.calls("right after", CLEAN_REQUESTS);
    await spare.register();
    await t.converge("the new instance is served", TIMING.registryRecoversMs, async () => {
      const { instance } = await t.call("converging");
      return instance === spare.id;
    });
    await load.stop();
    await t.calls("after the election", CLEAN_REQUESTS);
  },
  judge: (h) => {
    const instances = h.of("instance").map((event) => event.instance);
    return [
      clause(
        "DSC-08",
        h.phase("leader alive").everyCall({ status: "OK" }),
        witnessed(h, "kill registry leader"),
        h.phase("leader killed").everyCall({ status: "OK" }),
        h.phase("right after").everyCall({ status: "OK" }),
        h.phase("right after").everyInstanceReceives(instances.slice(0, 2)),
        h.metInTime("the new instance is served"),
        h.phase("after the election").everyCall({ status: "OK", attempts: 1 }),
        h.phase("after the election").everyInstanceReceives(instances),
      ),
    ];
  },
  mutants: ["endpoints-cleared-on-watch-error"],
});
