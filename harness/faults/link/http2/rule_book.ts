import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import { RequestMatch } from "./request_match.ts";
import type { ActionSpec, RuleSpec } from "./rule_spec.ts";

/** A request as a rule sees it. */
export interface SeenRequest {
  /** 1 for the first request of the link, whatever its connection. */
  readonly ordinal: number;
  /** Ordinal of its connection. */
  readonly connection: number;
  /** As the caller numbers it. */
  readonly streamId: number;
  /** `:path` without its query. */
  readonly method: string;
  /** `x-meshproof-id`; empty when it has none. */
  readonly id: string;
}

/** An action that was applied to a request. */
export interface RuleHit extends SeenRequest {
  readonly rule: string;
  readonly action: ActionSpec["kind"];
}

/** What a rule has done so far. */
export interface RuleBooks {
  readonly rule: string;
  readonly action: ActionSpec["kind"];
  /** Requests that hold to method and header. */
  seen: number;
  /** Requests that its action was applied to. */
  struck: number;
  /** Of these, how many the far side has been seen to take: see {@linkcode RulePlan.confirm}. */
  confirmed: number;
}

/** A rule's action, planned for one request. */
export class RulePlan {
  readonly action: ActionSpec;
  readonly #request: SeenRequest;
  readonly #rules: ArmedRules;
  readonly #books: RuleBooks;
  #isStruck = false;
  #isConfirmed = false;

  constructor(rules: ArmedRules, action: ActionSpec, books: RuleBooks, request: SeenRequest) {
    this.#rules = rules;
    this.action = action;
    this.#books = books;
    this.#request = request;
  }

  /** Whether it still has force: false once its fault is healed. */
  get isOn(): boolean {
    return this.#rules.isOn;
  }

  get isStruck(): boolean {
    return this.#isStruck;
  }

  /** Its action is being applied; told once. */
  strike(): void {
    if (this.#isStruck) return;
    this.#isStruck = true;
    this.#books.struck++;
    const { rule, action } = this.#books;
    this.#rules.onHit({ ...this.#request, rule, action });
  }

  /**
   * It was seen from the other side of a connection that the action took effect: the caller acknowledged a PING that
   * was sent behind what the link made up (or gave the connection up), the target answered what had been changed, a frame left as late as asked
   * for, or credit was given that its receiver never got.
   */
  confirm(): void {
    if (!this.#isStruck || this.#isConfirmed) return;
    this.#isConfirmed = true;
    this.#books.confirmed++;
  }
}

/** A list of rules in force on a link. */
export class ArmedRules {
  isOn = true;
  readonly onHit: (hit: RuleHit) => void;
  readonly #rules: readonly {
    readonly spec: RuleSpec;
    readonly match: RequestMatch;
    readonly books: RuleBooks;
  }[];

  /**
   * @param rules In the order in which they work.
   * @param key Seed and name of the link.
   * @param onHit Told of each action that is applied.
   */
  constructor(
    rules: readonly RuleSpec[],
    key: { readonly seed: number; readonly link: string },
    onHit: (hit: RuleHit) => void,
  ) {
    this.onHit = onHit;
    this.#rules = rules.map((spec) => ({
      spec,
      match: new RequestMatch(spec.match, key.seed, key.link, spec.name),
      books: { rule: spec.name, action: spec.action.kind, seen: 0, struck: 0, confirmed: 0 },
    }));
  }

  /** What each rule has done. */
  get books(): readonly Readonly<RuleBooks>[] {
    return this.#rules.map(({ books }) => books);
  }

  /** Adds to a request's plans those of these rules. */
  plan(request: SeenRequest, fields: readonly HeaderField[], plans: RulePlan[]): void {
    for (const { spec, match, books } of this.#rules) {
      const strikes = match.strikes(request.method, fields);
      books.seen = match.seen;
      if (strikes) plans.push(new RulePlan(this, spec.action, books, request));
    }
  }
}
