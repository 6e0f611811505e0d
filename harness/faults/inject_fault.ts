import { pause } from "../model/pause.ts";
import type { FaultEvent, Recorder } from "../model/event.ts";
import type { Fault, Testimony } from "./fault.ts";

/** How often the witness is asked while it has not seen the fault. */
const FIRST_LOOK_MS = 10;
const LAST_LOOK_MS = 200;

/** A fault on the history. */
export interface InjectedFault {
  readonly name: string;
  /**
   * Resolves once the witness has seen the fault, or with the last testimony when the fault is healed unseen.
   * Never rejects: a witness that breaks is a testimony that says so.
   */
  readonly testimony: Promise<Testimony>;
  /** Asks the witness a last time if it has not seen the fault, heals, and records both. Twice is harmless. */
  heal(): Promise<void>;
}

/**
 * Injects a fault and records its life: `begin`, then `witnessed` as soon as its witness has seen it (or
 * `unwitnessed` when it is healed without), then `healed`. The witness is asked in the background, since what it
 * looks at may need traffic that comes later.
 *
 * @param fault What to inject.
 * @param recorder Where the events go, with source `fault`.
 * @throws What `inject` throws; nothing is recorded then but a note. `heal` rejects with what healing throws, after
 * noting it.
 */
export async function injectFault(fault: Fault, recorder: Recorder): Promise<InjectedFault> {
  const record = (edge: FaultEvent["edge"], detail: string) =>
    recorder.record("fault", { kind: "fault", fault: fault.name, edge, detail });
  const note = (text: string) => recorder.record("fault", { kind: "note", text });

  const beganT = recorder.now();
  const armed = await fault.inject().catch((error: unknown) => {
    note(`fault ${fault.name} could not be injected: ${textOf(error)}`);
    throw error;
  });
  // The moment before injecting: whatever the fault may have touched lies after its begin.
  recorder.record("fault", { kind: "fault", fault: fault.name, edge: "begin", detail: armed.detail }, beganT);

  const ask = async (): Promise<Testimony> => {
    try {
      return await armed.witness();
    } catch (error) {
      return { witnessed: false, detail: `the witness broke: ${textOf(error)}` };
    }
  };
  const stop = new AbortController();
  const watch = async (): Promise<Testimony> => {
    let seen = await ask();
    for (
      let waitMs = FIRST_LOOK_MS;
      !seen.witnessed && !stop.signal.aborted;
      waitMs = Math.min(waitMs * 2, LAST_LOOK_MS)
    ) {
      await pause(waitMs, stop.signal);
      seen = await ask();
    }
    record(seen.witnessed ? "witnessed" : "unwitnessed", seen.detail);
    return seen;
  };
  const testimony = watch();

  let healing: Promise<void> | undefined;
  const heal = async () => {
    stop.abort();
    await testimony;
    try {
      await armed.heal();
    } catch (error) {
      note(`fault ${fault.name} could not be healed: ${textOf(error)}`);
      throw error;
    }
    record("healed", `${fault.name} undone`);
  };
  return { name: fault.name, testimony, heal: () => healing ??= heal() };
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
