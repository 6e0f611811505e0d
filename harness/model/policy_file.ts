import { isScalar, LineCounter, parseAllDocuments } from "yaml";
import type { Policy } from "./policy.ts";
import { checkAnnotations } from "./policy_annotation.ts";
import { checkAcross, type ResourcesByKind } from "./policy_check.ts";
import { normaliseDestinationRule } from "./policy_destination.ts";
import { PolicyError, type PolicyProblem } from "./policy_error.ts";
import { type PolicyResource, readResource } from "./policy_resource.ts";
import { normaliseVirtualService } from "./policy_route.ts";
import { PolicySource } from "./policy_source.ts";

/**
 * Reads a policy: YAML documents with Istio's VirtualService, DestinationRule and PeerAuthentication.
 *
 * Nothing is dropped silently: a field that is not Istio's, or that Meshproof cannot put to the test yet, is an error.
 * Whether a regular expression compiles is left to the data plane.
 *
 * @param text The YAML.
 * @param file Named in messages and kept in the policy.
 * @throws {PolicyError} With every problem of the file, each with line, column and field.
 */
export function parsePolicy(text: string, file: string): Policy {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  const sources: PolicySource[] = [];
  const resources: PolicyResource[] = [];
  const syntax: PolicyProblem[] = [];
  for (const document of documents) {
    for (const error of document.errors) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      const [message] = error.message.split("\n");
      const found = (message ?? error.code).replace(/ at line \d+, column \d+:?$/, "");
      syntax.push({ file, line, column: col, field: "", expected: "valid YAML", found });
    }
    if (document.errors.length > 0 || isEmpty(document.contents)) continue;
    const source = new PolicySource(file, document, lineCounter);
    sources.push(source);
    try {
      const resource = readResource(document.toJS(), source);
      if (resource !== undefined) resources.push(resource);
    } catch (error) {
      // The YAML library refuses unresolved aliases and aliases that multiply beyond measure only here.
      if (!(error instanceof ReferenceError)) throw error;
      source.reportAlias(error.message);
    }
  }
  const complete = syntax.length === 0 && resources.length === sources.length;
  const policy = assemble(resources, file, complete);
  const problems = [...syntax, ...sources.flatMap((source) => source.problems)];
  if (sources.length === 0 && problems.length === 0) {
    problems.push({
      file,
      line: 1,
      column: 1,
      field: "",
      expected: "at least one VirtualService, DestinationRule or PeerAuthentication",
      found: "no resource",
    });
  }
  if (problems.length > 0) {
    throw new PolicyError(problems.sort((a, b) => a.line - b.line || a.column - b.column));
  }
  return policy;
}

/**
 * Reads a policy from a file; see {@linkcode parsePolicy}.
 *
 * @throws {Deno.errors.NotFound} When there is no such file.
 */
export async function readPolicy(path: string): Promise<Policy> {
  return parsePolicy(await Deno.readTextFile(path), path);
}

/** Nothing but comments between two `---`. */
function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function assemble(resources: readonly PolicyResource[], file: string, complete: boolean): Policy {
  const byKind = groupByKind(resources);
  checkAcross(byKind, complete);
  for (const { source, value } of byKind.peerAuthentications) {
    checkAnnotations("PeerAuthentication", value.metadata.annotations ?? {}, source);
  }
  const mode = byKind.peerAuthentications[0]?.value.spec.mtls?.mode;
  // Istio's default, and what UNSET inherits from a mesh without a policy of its own.
  const mutualTls = mode === undefined || mode === "UNSET" ? "PERMISSIVE" : mode;
  return {
    routes: byKind.virtualServices.flatMap(({ source, value }) => normaliseVirtualService(value, source)),
    destinations: byKind.destinationRules.map(({ source, value }) =>
      normaliseDestinationRule(value, mutualTls, source)
    ),
    mutualTls,
    file,
  };
}

function groupByKind(resources: readonly PolicyResource[]): ResourcesByKind {
  const of = <K extends PolicyResource["value"]["kind"]>(kind: K) =>
    resources.filter(({ value }) => value.kind === kind) as {
      source: PolicySource;
      value: Extract<PolicyResource["value"], { kind: K }>;
    }[];
  return {
    virtualServices: of("VirtualService"),
    destinationRules: of("DestinationRule"),
    peerAuthentications: of("PeerAuthentication"),
  };
}
