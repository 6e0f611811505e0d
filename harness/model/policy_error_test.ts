import { assert, assertEquals, assertThrows } from "@std/assert";
import { PolicyError } from "./policy_error.ts";
import { parsePolicy } from "./policy_file.ts";

/** The problems of a text as `line:column field`, so that a test states exactly where each was seen. */
function places(text: string): string[] {
  const error = assertThrows(() => parsePolicy(text, "p.yaml"), PolicyError);
  return error.problems.map(({ line, column, field }) => `${line}:${column} ${field}`);
}

/** The message of the only problem. */
function only(text: string): string {
  const error = assertThrows(() => parsePolicy(text, "p.yaml"), PolicyError);
  assertEquals(error.problems.length, 1, error.message);
  return error.message;
}

const rule = (trafficPolicy: string) =>
  `apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: d}\nspec:\n  host: cart\n${trafficPolicy}`;
const service = (http: string) =>
  `apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: v}\nspec:\n  hosts: [cart]\n  http:\n${http}`;
const peer = (mode: string) =>
  `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: p}\nspec: {${mode}}\n`;

/** What is wrong, the text that has it, where it must be seen, and words that the message must have. */
const WRONG: readonly (readonly [name: string, text: string, place: string, words: readonly string[]])[] = [
  ["no resource", "# nothing\n", "1:1 ", ["at least one VirtualService", "no resource"]],
  ["YAML that ends too soon", "kind: {\n", "2:1 ", ["valid YAML", "end with a }"]],
  ["a key given twice", `${peer("")}kind: x\n`, "5:1 ", ["valid YAML", "unique"]],
  ["an alias without an anchor", "kind: *none\n", "1:7 ", ["valid YAML", "none"]],
  ["a list for a resource", "- 1\n", "1:1 ", ["a mapping with apiVersion", "[1]"]],
  ["a kind that is misspelt", peer("").replace("PeerAuth", "PeerAuht"), "2:7 kind", [
    "did you mean PeerAuthentication?",
  ]],
  [
    "a kind of Istio's that is not supported",
    peer("").replace("PeerAuthentication", "ServiceEntry"),
    "2:7 kind",
    [
      "ServiceEntry is Istio's but not supported here yet",
    ],
  ],
  ["no kind", "metadata: {name: x}\n", "1:1 kind", ["one of VirtualService", "found nothing"]],
  [
    "a wrong API version",
    rule("").replace("networking.istio.io/v1", "networking.k8s.io/v1"),
    "1:13 apiVersion",
    [
      "networking.istio.io/v1",
      "networking.k8s.io",
    ],
  ],
  ["no name", rule("").replace("{name: d}", "{}"), "3:11 metadata.name", ["a name", "nothing"]],
  [
    "no spec",
    "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: p}\n",
    "1:1 spec",
    [
      "a mapping",
    ],
  ],
  [
    "an unknown field",
    service("  - rout: []\n    route: [{destination: {host: cart}}]\n"),
    "7:5 spec.http[0].rout",
    [
      'the unknown field "rout"',
      "did you mean route?",
    ],
  ],
  [
    "a field of Istio's that is not supported",
    service("  - route: [{destination: {host: cart}}]\n    mirror: {host: cart}\n"),
    "8:5 spec.http[0].mirror",
    ["mirror is Istio's but not supported here yet"],
  ],
  [
    "a match by method",
    service("  - match: [{method: {exact: POST}}]\n    route: [{destination: {host: cart}}]\n"),
    "7:14 spec.http[0].match[0].method",
    ["method is Istio's but not supported here yet"],
  ],
  ["a route without destination", service("  - timeout: 1s\n"), "7:5 spec.http[0].route", [
    "a list of destinations",
    "nothing",
  ]],
  ["an empty list of destinations", service("  - route: []\n"), "7:12 spec.http[0].route", [
    "at least one of destinations",
  ]],
  [
    "a wildcard host",
    service("  - route: [{destination: {host: '*'}}]\n"),
    "7:34 spec.http[0].route[0].destination.host",
    [
      "no wildcard",
      '"*"',
    ],
  ],
  [
    "a gateway",
    service("  - route: [{destination: {host: cart}}]\n").replace("[cart]", "[cart]\n  gateways: [edge]"),
    "6:14 spec.gateways[0]",
    ["mesh"],
  ],
  [
    "a negative weight",
    service("  - route: [{destination: {host: cart}, weight: -1}]\n"),
    "7:49 spec.http[0].route[0].weight",
    [
      "a whole number from 0",
      "found -1",
    ],
  ],
  [
    "a weight in words",
    service("  - route: [{destination: {host: cart}, weight: half}]\n"),
    "7:49 spec.http[0].route[0].weight",
    [
      'found "half"',
    ],
  ],
  [
    "a missing weight beside another",
    service(
      "  - route:\n    - destination: {host: cart}\n      weight: 90\n    - destination: {host: cart}\n",
    ),
    "10:7 spec.http[0].route[1].weight",
    ["a weight for each", "nothing"],
  ],
  [
    "weights that sum to nothing",
    service(
      "  - route:\n    - destination: {host: cart}\n      weight: 0\n    - destination: {host: cart}\n      weight: 0\n",
    ),
    "8:5 spec.http[0].route",
    ["sum is above 0", "a sum of 0 over 2"],
  ],
  [
    "two kinds of match at once",
    service(
      "  - match:\n    - uri: {exact: /a, prefix: /b}\n    route: [{destination: {host: cart}}]\n",
    ),
    "8:12 spec.http[0].match[0].uri",
    ["exactly one of exact, prefix, regex"],
  ],
  [
    "a path match that says nothing",
    service("  - match: [{uri: {}}]\n    route: [{destination: {host: cart}}]\n"),
    "7:19 spec.http[0].match[0].uri",
    ["exactly one of"],
  ],
  [
    "a header name with a space",
    service("  - match: [{headers: {'x y': {}}}]\n    route: [{destination: {host: cart}}]\n"),
    '7:24 spec.http[0].match[0].headers["x y"]',
    ["a header name"],
  ],
  [
    "an unknown field in a header match",
    service("  - match: [{headers: {x: {exakt: a}}}]\n    route: [{destination: {host: cart}}]\n"),
    "7:28 spec.http[0].match[0].headers.x.exakt",
    ["did you mean exact?"],
  ],
  [
    "a duration without a unit",
    service("  - route: [{destination: {host: cart}}]\n    timeout: 5\n"),
    "8:14 spec.http[0].timeout",
    [
      "a duration",
      "found 5",
    ],
  ],
  [
    "a duration below 1ms",
    service("  - route: [{destination: {host: cart}}]\n    timeout: 500us\n"),
    "8:14 spec.http[0].timeout",
    ["at least 1ms"],
  ],
  [
    "a duration left empty",
    service("  - route: [{destination: {host: cart}}]\n    timeout:\n"),
    "8:13 spec.http[0].timeout",
    ["a duration", "found nothing"],
  ],
  [
    "negative retries",
    service("  - route: [{destination: {host: cart}}]\n    retries: {attempts: -2}\n"),
    "8:25 spec.http[0].retries.attempts",
    ["found -2"],
  ],
  [
    "retries of 0 attempts with conditions",
    service("  - route: [{destination: {host: cart}}]\n    retries: {attempts: 0, retryOn: reset}\n"),
    "8:25 spec.http[0].retries.attempts",
    ["at least 1", "found 0"],
  ],
  [
    "an unknown retry condition",
    service(
      "  - route: [{destination: {host: cart}}]\n    retries: {attempts: 1, retryOn: 'reset,unavailble'}\n",
    ),
    "8:37 spec.http[0].retries.retryOn",
    ['found "unavailble"', "did you mean unavailable?"],
  ],
  [
    "a retry condition of Istio's that is not supported",
    service("  - route: [{destination: {host: cart}}]\n    retries: {attempts: 1, retryOn: 5xx}\n"),
    "8:37 spec.http[0].retries.retryOn",
    ["5xx is Istio's but not supported here yet"],
  ],
  [
    "a status code as retry condition",
    service("  - route: [{destination: {host: cart}}]\n    retries: {attempts: 1, retryOn: '503'}\n"),
    "8:37 spec.http[0].retries.retryOn",
    ["503 is Istio's but not supported here yet"],
  ],
  [
    "a subset without a DestinationRule",
    service("  - route: [{destination: {host: cart, subset: v1}}]\n"),
    "7:48 spec.http[0].route[0].destination.subset",
    ['no DestinationRule in the file is for "cart"'],
  ],
  [
    "a subset that no DestinationRule defines",
    `${service("  - route: [{destination: {host: cart, subset: v3}}]\n")}---\n${
      rule("  subsets: [{name: v1, labels: {}}]\n")
    }`,
    "7:48 spec.http[0].route[0].destination.subset",
    ["(v1)", "did you mean v1?"],
  ],
  [
    "a subset defined twice",
    rule("  subsets:\n  - {name: v1, labels: {}}\n  - {name: v1, labels: {}}\n"),
    "8:12 spec.subsets[1].name",
    [
      "no other subset",
    ],
  ],
  [
    "a load balancer of Istio's that is not supported",
    rule("  trafficPolicy: {loadBalancer: {simple: PASSTHROUGH}}\n"),
    "6:42 spec.trafficPolicy.loadBalancer.simple",
    [
      "Istio's PASSTHROUGH is not supported here yet",
    ],
  ],
  [
    "consistent hashing",
    rule("  trafficPolicy: {loadBalancer: {consistentHash: {}}}\n"),
    "6:34 spec.trafficPolicy.loadBalancer.consistentHash",
    [
      "consistentHash is Istio's but not supported here yet",
    ],
  ],
  [
    "a negative request limit",
    rule("  trafficPolicy: {connectionPool: {http: {http2MaxRequests: -5}}}\n"),
    "6:61 spec.trafficPolicy.connectionPool.http.http2MaxRequests",
    [
      "found -5",
    ],
  ],
  [
    "more than all hosts ejected",
    rule("  trafficPolicy: {outlierDetection: {maxEjectionPercent: 101}}\n"),
    "6:58 spec.trafficPolicy.outlierDetection.maxEjectionPercent",
    [
      "from 0 to 100",
    ],
  ],
  [
    "a retry budget below nothing",
    rule("  trafficPolicy: {retryBudget: {percent: -0.5}}\n"),
    "6:42 spec.trafficPolicy.retryBudget.percent",
    [
      "a percentage from 0 to 100",
    ],
  ],
  [
    "a TLS mode of Istio's that is not supported",
    rule("  trafficPolicy: {tls: {mode: SIMPLE}}\n"),
    "6:31 spec.trafficPolicy.tls.mode",
    [
      "DISABLE, ISTIO_MUTUAL",
    ],
  ],
  ["a mode of mutual TLS in lower case", peer("mtls: {mode: strict}"), "4:21 spec.mtls.mode", ["STRICT"]],
  [
    "two VirtualServices for one host",
    `${service("  - route: [{destination: {host: cart}}]\n")}---\n${
      service("  - route: [{destination: {host: cart}}]\n")
    }`,
    "13:11 spec.hosts[0]",
    ["no other VirtualService"],
  ],
  [
    "two DestinationRules for one host",
    `${rule("")}---\n${rule("").replace("host: cart", "host: cart.a.svc")}`,
    "11:9 spec.host",
    [
      "no other DestinationRule",
      '"cart.a.svc"',
    ],
  ],
  ["two PeerAuthentications", `${peer("")}---\n${peer("")}`, "6:1 ", ["at most one PeerAuthentication"]],
];

for (const [name, text, place, words] of WRONG) {
  Deno.test(`parsePolicy names file, line and field of ${name}`, () => {
    assertEquals(places(text), [place]);
    const message = only(text);
    assert(message.startsWith("p.yaml:"), message);
    for (const word of words) assert(message.includes(word), `${message}\nlacks: ${word}`);
  });
}

Deno.test("parsePolicy lists all problems of all documents in the order of the file", () => {
  const text = `${peer("mtls: {mode: maybe}, mlts: 1")}---\n${
    service("  - route: [{destination: {}, weight: -1}]\n    timeout: soon\n")
  }---\n${rule("  subsets: [{name: V1}]\n")}`;
  assertEquals(
    places(text),
    [
      "4:21 spec.mtls.mode",
      "4:29 spec.mlts",
      "12:27 spec.http[0].route[0].destination.host",
      "12:39 spec.http[0].route[0].weight",
      "13:14 spec.http[0].timeout",
      "20:13 spec.subsets[0].labels",
      "20:20 spec.subsets[0].name",
    ],
  );
});

Deno.test("parsePolicy does not call a subset undefined when its DestinationRule could not be read", () => {
  const text = `${service("  - route: [{destination: {host: cart, subset: v1}}]\n")}---\n${
    rule("  sub: 1\n")
  }`;
  assertEquals(places(text), ["14:3 spec.sub"]);
});

Deno.test("parsePolicy finds a wrong value behind an alias", () => {
  const text = rule(
    "  trafficPolicy:\n    outlierDetection: {interval: &t never}\n    retryBudget: {percent: *t}\n",
  );
  assertEquals(places(text), [
    "7:37 spec.trafficPolicy.outlierDetection.interval",
    "8:28 spec.trafficPolicy.retryBudget.percent",
  ]);
});
