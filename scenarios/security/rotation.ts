import { claim, clause, CLEAN_REQUESTS, scenario, TIMING, witnessed } from "../../harness/mod.ts";

const CALLERS = 4;
/** The call that is in flight across the rotation takes so long. */
const HOLD_MS = TIMING.rotationConvergesMs;

/** Certificates live for hours: a rotation that costs requests costs them every day, one that never shows ends in an outage. */
export default scenario({
  id: "security/rotation",
  clauses: ["SEC-06"],
  needs: ["mutual-tls", "certificate-rotation"],
  topology: { echo: { instances: 1 } },
  policy: "rotation.yaml",
  environment: { mutualTls: true },
  seconds: 5,
  async drive(t) {
    const before = await t.handshake("before");
    const session = await t.tlsSession();
    const inFlight = session.call("in flight", `sleep-${HOLD_MS}`);
    let rotating = true;
    let made = 0;
    const caller = async () => {
      for (; session.isOpen && (made < CLEAN_REQUESTS || rotating); made++) {
        await session.call("open session");
      }
    };
    const load = Promise.all(Array.from({ length: CALLERS }, caller));
    const next = await t.rotate();
    await t.converge("the new leaf is shown", TIMING.rotationConvergesMs, async () => {
      const { serial } = await t.handshake("converging");
      return serial === next.serial && serial !== before.serial;
    });
    for (let index = 0; index < 20; index++) await t.handshake("after");
    await inFlight;
    rotating = false;
    await load;
    await session.close();
  },
  judge: (h) => {
    const handshakes = h.of("handshake");
    const refused = handshakes.filter((event) => event.outcome === "refused");
    const before = handshakes.find((event) => event.phase === "before");
    const after = handshakes.filter((event) => event.phase === "after");
    const serials = new Set(after.map((event) => event.serial));
    return [
      clause(
        "SEC-06",
        witnessed(h, "rotate certificate"),
        h.metInTime("the new leaf is shown"),
        claim(
          "every new connection shows one new leaf",
          `${serials.size} leaves: ${[...serials].join(", ")}, before: ${before?.serial}`,
          after.length > 0 && serials.size === 1 && !serials.has(before?.serial ?? ""),
          after.map((event) => event.seq),
        ),
        claim(
          "no new connection is refused",
          `${refused.length} of ${handshakes.length} are; ${refused[0]?.detail ?? ""}`,
          refused.length === 0 && handshakes.length > 0,
          refused.map((event) => event.seq),
        ),
        h.phase("in flight").everyCall({ status: "OK", attempts: 1, afterMs: HOLD_MS }),
        h.phase("open session").everyCall({ status: "OK", attempts: 1 }),
        h.phase("open session").atLeast(CLEAN_REQUESTS),
      ),
    ];
  },
  mutants: ["rotation-restarts", "rotation-never"],
});
