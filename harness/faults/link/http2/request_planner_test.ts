import { assert, assertEquals } from "@std/assert";
import { CLIENT_PREFACE, settingsFrame } from "../../../wire/frame.ts";
import { headers, requestFields, StageRig } from "./testing/stage_rig.ts";

Deno.test("the same seed strikes the same requests, however they are spread over connections", () => {
  const struck = (seed: number, connectionOf: (request: number) => number) => {
    const rig = new StageRig([
      { name: "some", match: { method: "/a/*", share: 0.3 }, action: { kind: "rstStream", code: "CANCEL" } },
      { name: "third", match: { nth: { every: 3 } }, action: { kind: "pushbackHeader", pushbackMs: 1 } },
    ], seed);
    const stages = [1, 2, 3, 4].map((ordinal) => {
      const stage = rig.open(ordinal);
      stage.push("up", new Uint8Array([...CLIENT_PREFACE, ...settingsFrame([])]));
      stage.push("down", settingsFrame([]));
      return { stage, lastId: -1 };
    });
    for (let request = 0; request < 200; request++) {
      const used = stages[connectionOf(request)]!;
      used.lastId += 2;
      const fields = requestFields(request % 4 === 0 ? "/other" : "/a/b", [["x-meshproof-id", `${request}`]]);
      used.stage.push("up", headers(used.lastId, fields, true));
      used.stage.push("down", headers(used.lastId, [[":status", "200"]], true));
    }
    for (const { stage } of stages) stage.close();
    return rig.hits.map(({ rule, ordinal, id }) => `${rule} ${ordinal} ${id}`);
  };
  const alone = struck(1, () => 0);
  assert(alone.length > 60 && alone.length < 160, `${alone.length} hits`);
  assertEquals(struck(1, (request) => request % 4), alone);
  assertEquals(struck(1, (request) => Math.floor(request / 50)), alone);
  assert(struck(2, () => 0).join() !== alone.join(), "another seed strikes others");
});
