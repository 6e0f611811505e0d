import { claim, clause, type Drive, scenario, TIMING } from "../../harness/mod.ts";

const ROUNDS = 3;
/** Calls within which a balancer over two hosts has visited each of them, whatever its policy (2^-40). */
const PATIENCE = 40;
/** So many calls in a row elsewhere: a balancer over two hosts that still has both would not do that (2^-10). */
const ELSEWHERE = 10;
/** What is waited for. A success at the host in the meantime does not take an ejection back that was due. */
const EFFECT = "the ejection takes effect";

/** Calls one after another until the instance has answered `count` of them; others' answers do not matter. */
async function visit(
  t: Drive,
  phase: string,
  instance: string,
  count: number,
  behaviour: string,
): Promise<void> {
  for (let seen = 0, calls = 0; seen < count && calls < count * PATIENCE; calls++) {
    const result = await t.call(phase, { behaviour });
    if (result.instance === instance) seen++;
  }
}

/** One bad host is cured by ejecting it at once, and one bad moment of a good host by not ejecting it. */
export default scenario({
  id: "breaking/outlier",
  clauses: ["BRK-11"],
  needs: ["outlier-detection"],
  topology: { echo: { instances: 2 } },
  policy: "outlier.yaml",
  async drive(t) {
    const errors = t.policy.destinations[0]?.outlier?.consecutiveErrors ?? 0;
    const [bad] = t.instances();
    if (bad === undefined) return;
    const fail = `hostname=${bad.id} error-code-14`;
    for (let round = 0; round < ROUNDS; round++) {
      await visit(t, "one short, then a success", bad.id, errors - 1, fail);
      await visit(t, "one short, then a success", bad.id, 1, "");
    }
    await t.calls("still in", PATIENCE);
    await visit(t, "exactly enough", bad.id, errors, fail);
    await t.converge(EFFECT, TIMING.ejectionConvergesMs, async () => {
      const calls = await t.calls("taking effect", ELSEWHERE, { concurrency: 1 });
      return calls.every(({ instance }) => instance !== bad.id);
    });
    await t.calls("ejected", PATIENCE);
  },
  judge: (h, policy) => {
    const errors = policy.destinations[0]?.outlier?.consecutiveErrors ?? NaN;
    const instances = h.of("instance").map((event) => event.instance);
    const bad = instances.slice(0, 1);
    // What the bad instance answered, in order: E an error, S a success.
    const answers = (phase: string) =>
      h.phase(phase).calls.filter(({ attempts }) => attempts[0]?.received.instance === bad[0])
        .map(({ answered }) => answered?.status === "OK" ? "S" : "E").join("");
    const answered = (phase: string, expected: string) => {
      const actual = answers(phase);
      return claim(
        `${phase}: ${bad[0]} answers ${expected}`,
        `${actual.split("E").length - 1} errors: ${actual}`,
        actual === expected,
      );
    };
    return [
      clause(
        "BRK-11",
        answered("one short, then a success", ("E".repeat(errors - 1) + "S").repeat(ROUNDS)),
        h.phase("still in").everyCall({ status: "OK", attempts: 1 }),
        h.phase("still in").everyInstanceReceives(instances),
        answered("exactly enough", "E".repeat(errors)),
        h.metInTime(EFFECT),
        h.phase("ejected").everyCall({ status: "OK", attempts: 1, notAt: bad }),
      ),
    ];
  },
  mutants: ["outlier-one-more", "outlier-not-reset-by-success"],
});
