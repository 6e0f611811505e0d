import type { Direction } from "../toxic.ts";
import type { HeldFrames } from "./held_frames.ts";
import { MessageMeter } from "./message_meter.ts";
import type { RulePlan } from "./rule_book.ts";
import type { ActionSpec } from "./rule_spec.ts";

type Kind = ActionSpec["kind"];
type ActionOf<K extends Kind> = Extract<ActionSpec, { kind: K }>;

/** One request through the link. */
export class Http2Stream {
  /** As the target numbers it; 0 until it has been sent the request. The same as `id` unless a later one overtook it. */
  targetId = 0;
  /** Whether the target has been sent the request. */
  isSent = false;
  /** Ended by the link: nothing of it passes any more. */
  isKilled = false;
  /** Whether the caller has been sent the headers of the answer. */
  isAnswered = false;
  /** Whether the rest of the request's body is dropped, since the target was told that it has ended. */
  isMuted = false;
  /** Which senders are done, as far as what has been passed or dropped goes. */
  readonly ended: Record<Direction, boolean> = { up: false, down: false };
  /** Whether the bodies are gRPC's; told by the headers in front of them. */
  readonly hasMessages: Record<Direction, boolean> = { up: false, down: false };
  readonly held: Partial<Record<Direction, HeldFrames>> = {};
  /** Credit for the other side's DATA that was not passed on, by the direction that it came in. */
  readonly withheld: Record<Direction, number> = { up: 0, down: 0 };
  /** What was changed on the way up; confirmed once the target says something on this stream. */
  readonly unconfirmed: RulePlan[] = [];

  readonly #meters: Partial<Record<Direction, MessageMeter>> = {};

  /**
   * @param id As the caller numbers it.
   * @param previousId The stream that this caller opened before; 0 for its first.
   * @param plans What rules want, in their order.
   */
  constructor(readonly id: number, readonly previousId: number, readonly plans: readonly RulePlan[]) {}

  /** Where the body of that direction stands. */
  meter(direction: Direction): MessageMeter {
    return this.#meters[direction] ??= new MessageMeter(this.hasMessages[direction]);
  }

  /** Its number on the side that `direction` leads to. */
  idTowards(direction: Direction): number {
    return direction === "up" ? this.targetId : this.id;
  }

  /** The first plan of a kind that is in force and works on that direction, with its action. */
  plan<K extends Kind>(
    kind: K,
    holds: (action: ActionOf<K>) => boolean = () => true,
  ): { readonly plan: RulePlan; readonly action: ActionOf<K> } | undefined {
    for (const plan of this.plans) {
      if (!plan.isOn || plan.action.kind !== kind) continue;
      const action = plan.action as ActionOf<K>;
      if (holds(action)) return { plan, action };
    }
    return undefined;
  }

  /** Confirms what the target has answered. */
  confirmSeenByTarget(): void {
    for (const plan of this.unconfirmed.splice(0)) plan.confirm();
  }
}
