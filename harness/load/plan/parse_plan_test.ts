import { assertEquals, assertThrows } from "@std/assert";
import { eachDueTime } from "./due_times.ts";
import { parsePlan, type PlanContext } from "./parse_plan.ts";

const CONTEXT: PlanContext = { seed: 1, name: "load" };
const dueOf = (text: string, context: Partial<PlanContext> = {}) => {
  const plan = parsePlan(text, { ...CONTEXT, ...context });
  if (plan.kind === "closed") throw new Error("expected an open plan");
  return [...eachDueTime(plan)];
};

Deno.test("parsePlan reads every form", () => {
  assertEquals(dueOf("constant", { perSecond: 100, requests: 3 }), [0, 10, 20]);
  assertEquals(dueOf("step:10,100:100ms"), [0, 100, 110, 120, 130, 140, 150, 160, 170, 180, 190]);
  assertEquals(dueOf("ramp:0..1000:1s").length, 500);
  assertEquals(dueOf("burst:10,100:1s,100ms", { durationMs: 2000 }).length, 38);
  assertEquals(parsePlan("trace:a:b.txt", { ...CONTEXT, requests: 1 }), {
    kind: "trace",
    path: "a:b.txt",
    requests: 1,
  });
});

Deno.test("parsePlan spaces by chance where it is asked to", () => {
  const byName = dueOf("poisson", { perSecond: 1000, requests: 100 });
  assertEquals(byName, dueOf("constant", { perSecond: 1000, requests: 100, spacing: "poisson" }));
  assertEquals(
    dueOf("ramp:1..9:10s", { spacing: "poisson" }),
    dueOf("ramp:1..9:10s", { spacing: "poisson" }),
  );
});

Deno.test("parsePlan says what it expected", () => {
  const refused = (text: string, words: string, context: Partial<PlanContext> = {}) =>
    assertThrows(() => parsePlan(text, { ...CONTEXT, ...context }), Error, words);
  for (
    const text of [
      "",
      "lumpy",
      "constant:5",
      "ramp:5:1s",
      "ramp:1..2..3:1s",
      "ramp:1..2",
      "ramp:1..2:fast",
      "step:1,x:1s",
      "step:1:1s:2",
      "burst:1:1s,1s",
      "burst:1,2:1s",
      "burst:1,2:1s,1s",
      "trace:",
    ]
  ) refused(text, "expected one of constant, poisson, ramp:FROM..TO:DURATION");
  refused("constant", "plan constant needs a rate", { requests: 1 });
  refused("constant", "something must end them", { perSecond: 5 });
  refused("step:0,0:1s", "a rate must be above 0");
});
