/** Files as a user of the harness writes them: scenarios and adapters of their own. */

/** What such a file imports from, as the tree stands on this machine. */
export const HARNESS: string = import.meta.resolve("../../mod.ts");

/** A policy that sends everything to `echo`. */
export const POLICY = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo }
spec:
  hosts: [echo]
  http:
    - route:
        - destination: { host: echo }
`;

/** What differs between the scenarios of the tests. */
export interface OwnScenario {
  readonly id: string;
  /** @default "RTE-07" */
  readonly clause?: string;
  /** Statements of `drive(t)`. @default one call of the phase `some` */
  readonly drive?: string;
  /** The check that `judge(h)` returns, an expression. @default one that holds whenever a call was made */
  readonly check?: string;
  /** @default none */
  readonly mutants?: readonly string[];
}

/** The text of a scenario file; its policy is `policy.yaml` beside it. */
export function scenarioText(own: OwnScenario): string {
  const { id, clause = "RTE-07", mutants = [] } = own;
  const drive = own.drive ?? `await t.calls("some", 3);`;
  const check = own.check ?? `h.phase("some").atLeast(1)`;
  return `import { clause, scenario } from ${JSON.stringify(HARNESS)};

export default scenario({
  id: ${JSON.stringify(id)},
  clauses: [${JSON.stringify(clause)}],
  needs: ["routing"],
  topology: { echo: { instances: 1 } },
  policy: "policy.yaml",
  async drive(t) {
    ${drive}
  },
  judge: (h) => [clause(${JSON.stringify(clause)}, ${check})],
  mutants: ${JSON.stringify(mutants)},
});
`;
}

/** The text of an adapter file whose `start` has the given statements; it may use `environment`. */
export function adapterText(name: string, start: string): string {
  return `import { spawnUntilLine } from ${
    JSON.stringify(import.meta.resolve("../../runtime/await_ready.ts"))
  };

export const adapter = {
  name: ${JSON.stringify(name)},
  features: new Set(["routing"]),
  tools: [],
  unsupportedFields: {},
  version: () => Promise.resolve("1.2.3"),
  async start(environment) {
    ${start}
  },
};
export { spawnUntilLine };
`;
}
