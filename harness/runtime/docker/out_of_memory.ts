/** Counts how often the kernel ended something in a container for lack of memory, as the engine tells of it. */
import type { Readable } from "node:stream";
import { z } from "zod";
import { LineSplitter } from "../line_splitter.ts";
import { cancellable, type Engine } from "./engine.ts";
import { RUN_LABEL } from "./labels.ts";

const eventSchema = z.object({ Action: z.string(), Actor: z.object({ ID: z.string() }) });

/** Listens to the engine's events of one run. Neither version of control groups shows the count in the statistics. */
export class OutOfMemoryWatch implements Disposable {
  readonly #events: Readable;
  readonly #kills = new Map<string, number>();

  private constructor(events: Readable) {
    this.#events = events;
    const lines = new LineSplitter((line) => this.#count(line));
    events.on("data", (bytes: Uint8Array) => lines.push(bytes));
    // An engine that is gone is noticed by whoever asks it something.
    events.on("error", () => undefined);
  }

  /** Resolves when it listens. */
  static async open(engine: Engine, runId: string): Promise<OutOfMemoryWatch> {
    const filters = { type: ["container" as const], event: ["oom"], label: [`${RUN_LABEL}=${runId}`] };
    const events = await engine.ask(
      "listen to the engine's events",
      (abortSignal) => engine.dockerode.getEvents(cancellable({ filters }, abortSignal)),
    );
    return new OutOfMemoryWatch(events as unknown as Readable);
  }

  /** @param id Full id of a container. */
  kills(id: string): number {
    return this.#kills.get(id) ?? 0;
  }

  [Symbol.dispose](): void {
    this.#events.destroy();
  }

  #count(line: string): void {
    if (line.trim() === "") return;
    const { Action, Actor } = eventSchema.parse(JSON.parse(line));
    if (Action === "oom") this.#kills.set(Actor.ID, this.kills(Actor.ID) + 1);
  }
}
