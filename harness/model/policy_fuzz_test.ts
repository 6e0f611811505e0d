import { assert } from "@std/assert";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { PolicyError } from "./policy_error.ts";
import { parsePolicy } from "./policy_file.ts";

const SEED_TEXT = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: cart, annotations: { limit.meshproof.dev/burst: "2", limit.meshproof.dev/requests-per-second: "1" } }
spec:
  hosts: [cart]
  http:
    - match: [{ headers: { x-deployment: { exact: canary } }, uri: { prefix: /a } }]
      route:
        - { destination: { host: cart, subset: v1 }, weight: 90 }
        - { destination: { host: cart, subset: v2 }, weight: 10 }
      timeout: 1s
      retries: { attempts: 2, perTryTimeout: 100ms, retryOn: "reset,unavailable", backoff: 25ms }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: cart }
spec:
  host: cart
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 3 }
    tls: &tls { mode: DISABLE }
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
`;

/** A policy comes back, or every problem has a place inside the text and says what was expected: nothing else. */
function parsesOrExplains(text: string): void {
  try {
    parsePolicy(text, "fuzz.yaml");
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    const lines = text.split("\n").length;
    assert(error.problems.length > 0);
    for (const { line, column, expected, found } of error.problems) {
      assert(line >= 1 && line <= lines + 1 && column >= 1, `${line}:${column} lies outside of the text`);
      assert(expected !== "" && found !== "", error.message);
    }
  }
}

Deno.test("parsePolicy never throws anything but PolicyError when characters are cut, put in or changed", () => {
  const edit = fc.record({
    at: fc.nat(SEED_TEXT.length),
    cut: fc.nat(12),
    put: fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        "&a ",
        "*a",
        "*tls",
        "<<: ",
        "? ",
        "!!binary ",
        "---\n",
        "|\n",
        "\t",
        "{",
        "]",
        "__proto__: 1\n",
        "-",
      ),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = SEED_TEXT;
      for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
      parsesOrExplains(text);
    }),
    { numRuns: 500 },
  );
});

Deno.test("parsePolicy never throws anything but PolicyError when a value is replaced by any other", () => {
  const [route, rule] = SEED_TEXT.split("---\n").map((text) => parse(text));
  const paths = [...leaves(route, ["0"]), ...leaves(rule, ["1"])];
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.jsonValue({ maxDepth: 2 }),
      fc.boolean(),
      (path, value, rename) => {
        const resources = structuredClone([route, rule]);
        replace(resources, path, value, rename);
        parsesOrExplains(resources.map((resource) => stringify(resource)).join("---\n"));
      },
    ),
    { numRuns: 500 },
  );
});

/** Paths to everything inside a value, inner nodes too. */
function leaves(value: unknown, path: string[]): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, child]) => leaves(child, [...path, key]))];
}

/** Puts a value at a path, or under a name beside it that nobody knows. */
function replace(root: unknown, path: readonly string[], value: unknown, rename: boolean): void {
  let parent = root as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const key = path.at(-1) ?? "0";
  parent[rename && path.length > 1 && !Array.isArray(parent) ? `${key}X` : key] = value;
}
