import { assert, assertEquals, assertThrows } from "@std/assert";
import { PolicyError } from "./policy_error.ts";
import { parsePolicy } from "./policy_file.ts";

function problems(kind: "VirtualService" | "DestinationRule" | "PeerAuthentication", annotations: string[]) {
  const spec = {
    VirtualService: "{hosts: [cart], http: [{route: [{destination: {host: cart}}]}]}",
    DestinationRule: "{host: cart}",
    PeerAuthentication: "{}",
  }[kind];
  const group = kind === "PeerAuthentication" ? "security" : "networking";
  const text = [
    `apiVersion: ${group}.istio.io/v1`,
    `kind: ${kind}`,
    "metadata:",
    "  name: x",
    "  annotations:",
    ...annotations.map((line) => `    ${line}`),
    `spec: ${spec}`,
  ].join("\n");
  const error = assertThrows(() => parsePolicy(text, "p.yaml"), PolicyError);
  return error.problems;
}

Deno.test("parsePolicy names line and field of each annotation that is missing from a group", () => {
  const found = problems("DestinationRule", ["breaker.meshproof.dev/window: 10s"]);
  assertEquals(found.map(({ line, field, found }) => [line, field, found]), [
    [6, 'metadata.annotations["breaker.meshproof.dev/failure-percent"]', "nothing"],
    [6, 'metadata.annotations["breaker.meshproof.dev/minimum-calls"]', "nothing"],
    [6, 'metadata.annotations["breaker.meshproof.dev/cool-down"]', "nothing"],
    [6, 'metadata.annotations["breaker.meshproof.dev/probes"]', "nothing"],
  ]);
  assertEquals(found[0]?.hint, "needed beside breaker.meshproof.dev/window");
});

Deno.test("parsePolicy refuses each annotation that is out of its bounds, at its value", () => {
  const found = problems("DestinationRule", [
    "breaker.meshproof.dev/failure-percent: '100'",
    "breaker.meshproof.dev/minimum-calls: '0'",
    "breaker.meshproof.dev/window: ten",
    "breaker.meshproof.dev/cool-down: 0s",
    "breaker.meshproof.dev/probes: '1.5'",
  ]);
  assertEquals(found.map(({ line, found }) => [line, found]), [
    [6, '"100"'],
    [7, '"0"'],
    [8, '"ten"'],
    [9, '"0s"'],
    [10, '"1.5"'],
  ]);
});

Deno.test("parsePolicy refuses a rate limit of nothing", () => {
  const found = problems("VirtualService", [
    "limit.meshproof.dev/burst: -1",
    "limit.meshproof.dev/requests-per-second: 0",
  ]);
  assertEquals(found.map(({ line, column, found }) => [line, column, found]), [[6, 32, "-1"], [7, 46, "0"]]);
});

Deno.test("parsePolicy refuses an unknown meshproof.dev annotation and names the nearest", () => {
  const [problem] = problems("VirtualService", ["limit.meshproof.dev/brust: '5'"]);
  assertEquals([problem?.line, problem?.column], [6, 5]);
  assertEquals(problem?.hint, "did you mean limit.meshproof.dev/burst?");
  const [elsewhere] = problems("PeerAuthentication", ["limit.meshproof.dev/burst: '5'"]);
  assertEquals(elsewhere?.expected, "no meshproof.dev annotation on PeerAuthentication");
  assert(elsewhere?.hint?.endsWith("belongs on another kind of resource"), elsewhere?.hint);
});

Deno.test("parsePolicy refuses an annotation that is no string", () => {
  const found = problems("VirtualService", ["example.com/list: [1]"]);
  assertEquals(found.map(({ line, expected, found }) => [line, expected, found]), [[6, "a string", "[1]"]]);
});
