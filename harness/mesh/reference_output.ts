import type { ReferenceEvent } from "../../fixtures/reference/protocol.ts";
import type { Address } from "../model/mesh.ts";
import type { RunningProcess } from "../model/process.ts";
import type { V8Recording } from "../model/v8_recording.ts";

type Addresses = Readonly<Record<string, Address>>;

/** What the reference mesh's program has said so far on its standard output. */
export class ReferenceOutput {
  readonly #instances = new Map<string, readonly string[]>();
  readonly #watchers = new Set<() => void>();
  #entries: Addresses | undefined;
  #doors: Addresses | undefined;
  #end: string | undefined;
  readonly #onRecording: (recording: V8Recording) => void;

  /** @param onRecording Given what V8 saw of the program, when it was asked for that. */
  constructor(onRecording: (recording: V8Recording) => void = () => {}) {
    this.#onRecording = onRecording;
  }

  /** Service to entry; undefined until all listen. */
  get entries(): Addresses | undefined {
    return this.#entries;
  }

  /** Service to inbound door; undefined until all listen. */
  get doors(): Addresses | undefined {
    return this.#doors;
  }

  /** Ids of the instances that it knows of a service. */
  instances(service: string): readonly string[] {
    return this.#instances.get(service) ?? [];
  }

  /** Takes a line; what is no event of the program's is left alone. */
  take(line: string): void {
    const event = parse(line);
    if (event?.event === "ready") this.#entries = event.entries;
    else if (event?.event === "inbound") this.#doors = event.doors;
    else if (event?.event === "endpoints") this.#instances.set(event.service, event.instances);
    else if (event?.event === "profile") this.#onRecording(event.recording);
    this.#changed();
  }

  /** Fails whoever waits when the program ends. */
  watchEnd(program: RunningProcess): void {
    program.exited.then(({ code, signal }) => {
      this.#end = `it ended with ${signal ?? `exit code ${code}`}; its last lines:\n${program.tail()}`;
      this.#changed();
    });
  }

  /**
   * Waits until something holds.
   *
   * @param what What is waited for, in words.
   * @throws {Error} When the program ended, or the time was up.
   */
  until(what: string, timeoutMs: number, holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const over = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const fail = (found: string) =>
        over(() => reject(new Error(`Cannot start the reference mesh: expected ${what}, but ${found}`)));
      const look = () => {
        if (holds()) over(resolve);
        else if (this.#end !== undefined) fail(this.#end);
      };
      const timer = setTimeout(() => fail(`it was not there after ${Math.round(timeoutMs)} ms`), timeoutMs);
      this.#watchers.add(look);
      look();
    });
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

function parse(line: string): ReferenceEvent | undefined {
  try {
    return JSON.parse(line) as ReferenceEvent;
  } catch {
    return undefined;
  }
}
