import { assert, assertEquals, assertRejects } from "@std/assert";
import { RUNTIME_NAMES } from "../model/runtime.ts";
import { cellLimit, schedule } from "./schedule.ts";

const NEVER = new AbortController().signal;

/** Jobs that end when the test says so. */
function gates(count: number) {
  const began: number[] = [];
  const ends = Array.from({ length: count }, () => Promise.withResolvers<number>());
  return {
    began,
    end: (job: number) => ends[job]?.resolve(job * 10),
    fail: (job: number, error: Error) => ends[job]?.reject(error),
    work: (job: number): Promise<number> => {
      began.push(job);
      return ends[job]?.promise ?? Promise.reject(new RangeError(`no job ${job}`));
    },
    jobs: Array.from({ length: count }, (_, index) => index),
  };
}

/** Lets everything run that can run without a job's end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

Deno.test("schedule begins in order, keeps the limit, and begins the next when any job ends", async () => {
  const { jobs, work, began, end } = gates(5);
  const done = schedule(jobs, 2, work, NEVER);
  await settled();
  assertEquals(began, [0, 1]);
  end(1);
  await settled();
  assertEquals(began, [0, 1, 2]);
  end(2);
  end(0);
  await settled();
  assertEquals(began, [0, 1, 2, 3, 4]);
  end(4);
  end(3);
  assertEquals(await done, [0, 10, 20, 30, 40]);
});

Deno.test("schedule gives results in the order of the jobs, whichever ends first", async () => {
  const { jobs, work, end } = gates(3);
  const done = schedule(jobs, 3, work, NEVER);
  for (const job of [2, 0, 1]) end(job);
  assertEquals(await done, [0, 10, 20]);
});

Deno.test("schedule of nothing is nothing", async () => {
  assertEquals(await schedule([], 4, () => Promise.resolve(1), NEVER), []);
});

Deno.test("schedule reports a failure only when nothing runs any more, and begins nothing after it", async () => {
  const { jobs, work, began, end, fail } = gates(6);
  let reported = false;
  const done = schedule(jobs, 2, work, NEVER);
  done.catch(() => reported = true);
  fail(0, new Error("the disk is full"));
  await settled();
  assertEquals([began, reported], [[0, 1], false]);
  end(1);
  await assertRejects(() => done, Error, "the disk is full");
  await settled();
  assertEquals(began, [0, 1]);
});

Deno.test("schedule begins nothing once it is aborted, and waits for what runs", async () => {
  const { jobs, work, began, end } = gates(4);
  const abort = new AbortController();
  const done = schedule(jobs, 2, work, abort.signal);
  done.catch(() => undefined);
  await settled();
  abort.abort(new Error("interrupted"));
  end(0);
  await settled();
  assertEquals(began, [0, 1]);
  end(1);
  await assertRejects(() => done, Error, "interrupted");
});

Deno.test("cellLimit grows with the cores and leaves none alone", () => {
  for (const runtime of RUNTIME_NAMES) {
    assert(cellLimit(runtime, 1) >= 2);
    assert(cellLimit(runtime, 8) > cellLimit(runtime, 2));
  }
  assert(cellLimit("docker", 4) < cellLimit("process", 4));
});
