import { clause, CLEAN_REQUESTS, scenario, TIMING, witnessed } from "../../harness/mod.ts";

const CANARY = { version: "canary" };
const STABLE = { version: "stable" };
const PER_SECOND = 1.2 * CLEAN_REQUESTS * 1000 / TIMING.controlOutageMs;

/** A control plane is allowed to be down; what it said last must outlive it, or every outage of it is an outage of all. */
export default scenario({
  id: "configuration/control_plane_gone",
  clauses: ["CFG-05"],
  needs: ["routing", "subset", "static-stability"],
  topology: { echo: { instances: [STABLE, CANARY] } },
  policy: "control_plane_gone.yaml",
  environment: { links: ["control"] },
  seconds: 4,
  async drive(t) {
    const headers = (index: number) => index % 2 === 0 ? { "x-deployment": "canary" } : {};
    await t.calls("before", 100, { headers });
    const outage = await t.link("control").sever();
    const load = t.load("control plane gone", { headers, perSecond: PER_SECOND });
    await t.elapse("the control plane stays away", TIMING.controlOutageMs);
    await load.stop();
    await outage.heal();
    await t.calls("after the heal", 100, { headers });
  },
  judge: (h) => {
    const ofPhase = (name: string) => {
      const phase = h.phase(name);
      const wanted = (value: string | undefined) =>
        phase.where(value ?? "no header", (call) => call.sent.headers["x-deployment"] === value);
      return [
        wanted("canary").everyCall({ status: "OK", attempts: 1, subset: CANARY }),
        wanted(undefined).everyCall({ status: "OK", attempts: 1, subset: STABLE }),
      ];
    };
    return [
      clause(
        "CFG-05",
        ...ofPhase("before"),
        witnessed(h, "control sever"),
        ...ofPhase("control plane gone"),
        h.phase("control plane gone").atLeast(CLEAN_REQUESTS),
        ...ofPhase("after the heal"),
      ),
    ];
  },
  mutants: ["config-cleared-on-disconnect", "config-expires"],
});
