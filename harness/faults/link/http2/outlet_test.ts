import { assertEquals } from "@std/assert";
import { Outlet } from "./outlet.ts";
import { ArmedRules, type RulePlan } from "./rule_book.ts";
import { rulesSchema } from "./rule_spec.ts";

/** A plan of a rule that can be healed. */
function planned(): { plan: RulePlan; heal(): void } {
  const spec = rulesSchema.parse([{ name: "r", action: { kind: "slowHeaders", intervalMs: 1 } }]);
  const rules = new ArmedRules(spec, { seed: 1, link: "l" }, () => {});
  const plans: RulePlan[] = [];
  rules.plan({ ordinal: 1, connection: 1, streamId: 1, method: "/", id: "" }, [], plans);
  return { plan: plans[0]!, heal: () => void (rules.isOn = false) };
}

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("Outlet sends what was gathered in one write", () => {
  const written: number[][] = [];
  const outlet = new Outlet((out) => written.push([...out]), () => {});
  outlet.flush();
  outlet.add(bytes(1, 2, 3), 1);
  outlet.addFrame(6, 1, 2, bytes(9));
  outlet.flush();
  assertEquals(written, [[2, 3, 0, 0, 1, 6, 1, 0, 0, 0, 2, 9]]);
});

Deno.test("Outlet lets a trickle go piece by piece, and what came later behind it, in order", async () => {
  const written: number[][] = [];
  const over = Promise.withResolvers<void>();
  const outlet = new Outlet((out) => written.push([...out]), () => written.length === 4 && over.resolve());
  const { plan } = planned();
  outlet.add(bytes(1));
  outlet.trickle([bytes(2), bytes(3)], 1, plan);
  outlet.add(bytes(4));
  outlet.trickle([bytes(5)], 1, plan);
  outlet.add(bytes(6));
  assertEquals(outlet.heldBytes, 5);
  outlet.flush();
  await over.promise;
  assertEquals(written, [[1], [2], [3, 4], [5, 6]]);
  assertEquals(outlet.heldBytes, 0);
});

Deno.test("Outlet lets all go that only a healed rule holds, and drops it when it is closed", () => {
  const written: number[][] = [];
  const outlet = new Outlet((out) => written.push([...out]), () => {});
  const { plan, heal } = planned();
  outlet.trickle([bytes(1), bytes(2)], 3_600_000, plan);
  outlet.add(bytes(3));
  outlet.reconsider();
  assertEquals(outlet.heldBytes, 3);
  heal();
  outlet.reconsider();
  outlet.flush();
  assertEquals(written, [[1, 2, 3]]);
  const other = planned();
  outlet.trickle([bytes(4)], 3_600_000, other.plan);
  outlet.close();
  outlet.flush();
  assertEquals(written.length, 1);
});

Deno.test("Outlet that is shut holds everything until it is opened, behind what opens it", () => {
  const written: number[][] = [];
  const outlet = new Outlet((out) => written.push([...out]), () => {});
  outlet.shut();
  outlet.add(bytes(2));
  outlet.trickle([bytes(3)], 0, planned().plan);
  outlet.flush();
  assertEquals(written, []);
  outlet.open(bytes(1));
  outlet.flush();
  assertEquals(written, [[1, 2, 3]]);
});
