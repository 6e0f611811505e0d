import type { ConnectionStage, LinkMiddle, StagePort } from "../stage.ts";
import { Http2Stage } from "./http2_stage.ts";
import { RequestPlanner } from "./request_planner.ts";

/** Notes that a link takes down at most: a caller that speaks no HTTP/2 mostly does so on every connection. */
const MOST_NOTES = 10;

/** The HTTP/2 mode of a link. */
export class Http2Middle implements LinkMiddle {
  readonly planner = new RequestPlanner();
  readonly #note: (text: string) => void;
  #notes = 0;

  /** @param note Takes what is worth reading in a timeline; at most ten of it. */
  constructor(note: (text: string) => void) {
    this.#note = note;
  }

  stage(port: StagePort): ConnectionStage {
    return new Http2Stage(port, this.planner, (text) => {
      if (this.#notes++ < MOST_NOTES) this.#note(text);
    });
  }

  /** Nothing to do: each connection's stage is closed with it. */
  close(): void {}
}
