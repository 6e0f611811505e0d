import { clause, scenario } from "../../harness/mod.ts";

/** gRPC status codes by number, as `rpc-behavior` asks for them: those that the policy lists, and all the others. */
const LISTED = { 14: "UNAVAILABLE", 8: "RESOURCE_EXHAUSTED" } as const;
const UNLISTED = {
  2: "UNKNOWN",
  3: "INVALID_ARGUMENT",
  5: "NOT_FOUND",
  6: "ALREADY_EXISTS",
  7: "PERMISSION_DENIED",
  9: "FAILED_PRECONDITION",
  10: "ABORTED",
  11: "OUT_OF_RANGE",
  12: "UNIMPLEMENTED",
  13: "INTERNAL",
  15: "DATA_LOSS",
  16: "UNAUTHENTICATED",
} as const;
const CALLS = 20;

/** Retrying what cannot succeed wastes capacity, and retrying what is not safe does things twice. */
export default scenario({
  id: "retrying/conditions",
  clauses: ["RTY-02"],
  needs: ["retry"],
  topology: { echo: { instances: 1 } },
  policy: "conditions.yaml",
  async drive(t) {
    for (const [code, name] of Object.entries({ ...LISTED, ...UNLISTED })) {
      await t.calls(name, CALLS, { behaviour: `error-code-${code}`, concurrency: CALLS });
    }
    await t.calls("OK", CALLS);
  },
  judge: (h, policy) => {
    const retries = policy.routes[0]?.rules[0]?.retries?.attempts ?? NaN;
    return [
      clause(
        "RTY-02",
        ...Object.values(LISTED).map((name) =>
          h.phase(name).everyCall({ status: name, attempts: retries + 1 })
        ),
        ...Object.values(UNLISTED).map((name) => h.phase(name).everyCall({ status: name, attempts: 1 })),
        h.phase("OK").everyCall({ status: "OK", attempts: 1 }),
      ),
    ];
  },
  mutants: ["retry-invalid-argument", "retry-only-unavailable"],
});
