import { assertEquals, assertThrows } from "@std/assert";
import { parseRegistration, parseRegistrationKey, sameInstance } from "./registration.ts";

Deno.test("parseRegistrationKey takes just <prefix>/services/<service>/<instance>", () => {
  assertEquals(parseRegistrationKey("run/1", "run/1/services/api/a-1"), { service: "api", instance: "a-1" });
  for (
    const key of [
      "run/1/services/api",
      "run/1/services/api/",
      "run/1/services//a",
      "run/1/services/a/b/c",
      "x",
    ]
  ) {
    assertEquals(parseRegistrationKey("run/1", key), undefined, key);
  }
});

Deno.test("parseRegistration reads an address and labels, which may be absent", () => {
  assertEquals(parseRegistration("a", '{"address":"127.0.0.1:4000","labels":{"version":"v1"}}'), {
    id: "a",
    address: "127.0.0.1:4000",
    labels: { version: "v1" },
  });
  assertEquals(parseRegistration("a", '{"address":"localhost:1"}').labels, {});
});

Deno.test("parseRegistration says which field was expected to be what, and what it is", () => {
  const cases: [string, string][] = [
    ["{", "expected a JSON object with address and labels"],
    ["[]", "expected a JSON object, found []"],
    ["{}", "address: expected host:port, found undefined"],
    ['{"address":"127.0.0.1"}', 'address: expected host:port, found "127.0.0.1"'],
    ['{"address":"127.0.0.1:0"}', "address: expected host:port"],
    ['{"address":"127.0.0.1:65536"}', "address: expected host:port"],
    ['{"address":"h:1","labels":[]}', "labels: expected an object, found []"],
    ['{"address":"h:1","labels":{"version":1}}', "labels.version: expected a string, found 1"],
  ];
  for (const [value, message] of cases) assertThrows(() => parseRegistration("a", value), TypeError, message);
});

Deno.test("sameInstance sees a change of address, of a label, and of the number of labels", () => {
  const instance = { id: "a", address: "h:1", labels: { version: "v1" } };
  assertEquals(sameInstance(instance, { ...instance, labels: { version: "v1" } }), true);
  assertEquals(sameInstance(instance, { ...instance, address: "h:2" }), false);
  assertEquals(sameInstance(instance, { ...instance, labels: { version: "v2" } }), false);
  assertEquals(sameInstance(instance, { ...instance, labels: { version: "v1", zone: "z" } }), false);
});
