/** A puppet (`fixtures/programs/puppet/main.ts`) and the hand in it, for tests of what runs programs. */
import type { Order } from "../../../fixtures/programs/puppet/main.ts";
import type { ProcessSpec, RunningProcess, Spawn } from "../../model/process.ts";
import { spawnUntilLine } from "../await_ready.ts";
import { within } from "../within.ts";

/** A puppet's answer; which fields it has depends on the order. */
export type Answer = Readonly<Record<string, unknown>>;

/** A loaded machine starts a container in a second; a puppet answers in milliseconds. */
const LIMIT_MS = 60_000;

/** A puppet that is ready. */
export interface Puppet {
  readonly process: RunningProcess;
  /** What it was started with. */
  readonly args: readonly string[];
  /** Gives it an order and waits for the answer. One order at a time. */
  order(order: Order): Promise<Answer>;
  /** Its next line, whatever it tells of. */
  next(): Promise<Answer>;
}

/** Starts a puppet and waits until it is ready. */
export async function startPuppet(
  spawn: Spawn,
  spec: Omit<ProcessSpec, "program" | "args" | "onLine"> & { readonly args?: ProcessSpec["args"] },
): Promise<Puppet> {
  const answers: Answer[] = [];
  let wake = () => {};
  const { process, ready } = await spawnUntilLine(
    spawn,
    {
      ...spec,
      program: { script: "puppet" },
      args: spec.args ?? [],
      onLine: (line) => {
        answers.push(JSON.parse(line));
        wake();
      },
    },
    (line) => JSON.parse(line) as Answer,
    { timeoutMs: LIMIT_MS },
  );
  answers.shift();
  const next = async (): Promise<Answer> => {
    const arrived = new Promise<void>((resolve) => wake = resolve);
    if (answers.length === 0 && !await within(Promise.race([arrived, process.exited]), LIMIT_MS)) {
      throw new Error(`the puppet ${process.name} said nothing for ${LIMIT_MS} ms`);
    }
    const answer = answers.shift();
    if (answer === undefined) throw new Error(`the puppet ${process.name} has ended: ${process.tail()}`);
    return answer;
  };
  const order = async (order: Order): Promise<Answer> => {
    await process.send(JSON.stringify(order));
    return await next();
  };
  return { process, args: ready.args as string[], order, next };
}
