import type { Breach } from "./source_file.ts";

/** What a scenario's file says of it. */
export interface ScenarioFacts {
  /** From the root of the repository. */
  readonly path: string;
  readonly id: string;
  readonly clauses: readonly string[];
  readonly mutants: readonly string[];
  /** Beside the file. */
  readonly policy: string;
}

/** The scenarios and all that they name. */
export interface Catalogue {
  readonly scenarios: readonly ScenarioFacts[];
  /** Ids of the specification. */
  readonly clauses: ReadonlySet<string>;
  /** Defects by id, with the clause that each breaks. */
  readonly mutants: ReadonlyMap<string, string>;
  /** Every policy file in a folder of scenarios by its path, with what is wrong with it; empty when it parses. */
  readonly policies: ReadonlyMap<string, string>;
  /** Text of the files under scenarios/, to see which policies they push. */
  readonly texts: readonly string[];
}

/**
 * Every scenario that names what is not there, every mutant that no scenario hunts, every policy that does not parse
 * or that nobody uses.
 */
export function checkCatalogue(catalogue: Catalogue): Breach[] {
  return [
    ...catalogue.scenarios.flatMap((each) => checkScenario(each, catalogue)),
    ...checkTwice(catalogue),
    ...checkMutants(catalogue),
    ...checkPolicies(catalogue),
  ];
}

function checkScenario(scenario: ScenarioFacts, catalogue: Catalogue): Breach[] {
  const { path, id, clauses, mutants, policy } = scenario;
  const messages: string[] = [];
  const expectedId = path.replace(/^scenarios\//, "").replace(/\.ts$/, "");
  if (id !== expectedId) messages.push(`has the id "${id}": expected "${expectedId}", as the file stands`);
  if (clauses.length === 0) messages.push("judges no clause: name one, or delete it");
  if (mutants.length === 0) messages.push("names no mutant: a scenario that no mutant fails cannot fail");
  for (const clause of clauses) {
    if (!catalogue.clauses.has(clause)) {
      messages.push(`judges "${clause}", which is no clause of the specification`);
    }
  }
  for (const mutant of mutants) {
    const breaks = catalogue.mutants.get(mutant);
    if (breaks === undefined) {
      messages.push(`names the mutant "${mutant}", which is not in fixtures/mutants/mod.ts`);
    } else if (!clauses.includes(breaks)) {
      messages.push(
        `names the mutant "${mutant}", which breaks ${breaks}; the scenario judges ${clauses.join(", ")}`,
      );
    }
  }
  for (const [name, values] of Object.entries({ clauses, mutants })) {
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) messages.push(`names "${twice}" twice in its ${name}`);
  }
  const policyPath = path.replace(/[^/]+$/, policy);
  if (!catalogue.policies.has(policyPath)) {
    messages.push(`needs the policy ${policyPath}, which does not exist`);
  }
  return messages.map((message) => ({ path, line: 0, message }));
}

function checkTwice({ scenarios }: Catalogue): Breach[] {
  return scenarios.flatMap(({ id, path }, index) => {
    const first = scenarios.slice(0, index).find((each) => each.id === id);
    return first === undefined
      ? []
      : [{ path, line: 0, message: `has the id "${id}", and so has ${first.path}` }];
  });
}

function checkMutants({ mutants, scenarios, clauses }: Catalogue): Breach[] {
  const hunted = new Set(scenarios.flatMap((scenario) => scenario.mutants));
  return [...mutants].flatMap(([id, clause]) => {
    const messages = [
      ...(hunted.has(id) ? [] : [`mutant "${id}" is named by no scenario: name it, or delete it`]),
      ...(clauses.has(clause) ? [] : [`mutant "${id}" breaks "${clause}", which is no clause`]),
    ];
    return messages.map((message) => ({ path: "fixtures/mutants/mod.ts", line: 0, message }));
  });
}

function checkPolicies({ policies, texts }: Catalogue): Breach[] {
  return [...policies].flatMap(([path, wrong]) => {
    const name = path.replace(/^.*\//, "");
    const messages = [
      ...(wrong === "" ? [] : [`does not parse: ${wrong}`]),
      ...(texts.some((text) => text.includes(`"${name}"`)) ? [] : ["is used by no scenario: delete it"]),
    ];
    return messages.map((message) => ({ path, line: 0, message }));
  });
}
