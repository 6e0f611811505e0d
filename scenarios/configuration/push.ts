import { clause, CLEAN_REQUESTS, scenario, TIMING } from "../../harness/mod.ts";

/** A push that some requests do not see is a deployment that is half done without anyone knowing. */
export default scenario({
  id: "configuration/push",
  clauses: ["CFG-01"],
  needs: ["routing", "subset", "push"],
  topology: { echo: { instances: [{ version: "v1" }, { version: "v2" }] } },
  policy: "push_before.yaml",
  async drive(t) {
    // The channel stays the same throughout: what holds for new connections alone is not enough.
    await t.calls("before the push", 50);
    await t.push("push_after.yaml");
    await t.converge("the push shows", TIMING.pushConvergesMs, async () => {
      const { instance } = await t.call("converging");
      return instance === t.instances()[1]?.id;
    });
    await t.calls("after the push", CLEAN_REQUESTS);
  },
  judge: (h) => [
    clause(
      "CFG-01",
      h.phase("before the push").everyCall({ status: "OK", subset: { version: "v1" } }),
      h.metInTime("the push shows"),
      h.phase("after the push").everyCall({ status: "OK", attempts: 1, subset: { version: "v2" } }),
    ),
  ],
  mutants: ["push-new-connections-only", "push-applied-one-late"],
});
