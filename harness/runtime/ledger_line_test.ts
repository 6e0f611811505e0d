import { assertEquals, assertThrows } from "@std/assert";
import { parseLedger } from "./ledger_line.ts";

const RUN = '{"kind":"run","schema":"meshproof.ledger/v1","runId":"r","pid":1,"start":"ticks 5","boot":"b"}';
const intent = (entry: number) =>
  `{"kind":"intent","entry":${entry},"owner":"r","name":"p${entry}","what":"process","command":"x","undo":"kill"}`;
const started = (entry: number) =>
  `{"kind":"started","entry":${entry},"pid":${100 + entry},"start":"ticks 9"}`;
const ended = (entry: number) => `{"kind":"ended","entry":${entry},"detail":"exit code 0"}`;

Deno.test("parseLedger gives what has no ended line, with the pid where one was written", () => {
  const text = [RUN, intent(1), started(1), intent(2), ended(1), intent(3), started(3), ""].join("\n");
  const { run, open } = parseLedger(text, "l");
  assertEquals(run.runId, "r");
  assertEquals(open.map(({ intent, started }) => [intent.name, started?.pid]), [["p2", undefined], [
    "p3",
    103,
  ]]);
});

Deno.test("parseLedger leaves out a last line that the harness did not finish", () => {
  const { open } = parseLedger([RUN, intent(1), started(1).slice(0, 20)].join("\n"), "l");
  assertEquals(open.map(({ started }) => started), [undefined]);
});

Deno.test("parseLedger names file and line of a whole line that is none of its own", () => {
  assertThrows(() => parseLedger([RUN, "rubbish", ""].join("\n"), "a.ndjson"), Error, "a.ndjson:2");
  assertThrows(() => parseLedger([RUN, '{"kind":"x"}', ""].join("\n"), "a.ndjson"), Error, 'found "x"');
});

Deno.test("parseLedger refuses a ledger that does not say whose it is", () => {
  assertThrows(() => parseLedger(intent(1) + "\n", "a.ndjson"), Error, 'expected a "run" line first');
  assertThrows(() => parseLedger("", "a.ndjson"), Error, 'expected a "run" line first');
});

Deno.test("parseLedger gives the engine and the ids of what was made there, and drops what ended before it was noted", () => {
  const engine = '{"kind":"engine","host":"unix:///d.sock"}';
  const made = (entry: number) => `{"kind":"created","entry":${entry},"id":"c${entry}"}`;
  const text = [RUN, engine, intent(1), intent(2), made(1), ended(2), made(2), ""].join("\n");
  const content = parseLedger(text, "l");
  assertEquals(content.engine?.host, "unix:///d.sock");
  assertEquals(content.open.map(({ intent, created }) => [intent.name, created?.id]), [["p1", "c1"]]);
  assertEquals(parseLedger(`${RUN}\n`, "l").engine, undefined);
});
