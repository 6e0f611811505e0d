import type { HeaderField } from "../../../wire/hpack/header_field.ts";
import type { ArmedRules, RulePlan, SeenRequest } from "./rule_book.ts";

/** Of most requests nothing is wanted. */
const NO_PLANS: readonly RulePlan[] = [];

/** What a link of HTTP/2 shares between its connections: the rules in force, and the count of requests. */
export class RequestPlanner {
  readonly #armed = new Set<ArmedRules>();
  readonly #connections = new Set<{ reconsider(): void }>();
  #requests = 0;

  /** Requests so far, on all connections. */
  get requests(): number {
    return this.#requests;
  }

  /** Puts rules in force, behind those that are. */
  arm(rules: ArmedRules): void {
    this.#armed.add(rules);
  }

  /** Takes rules out of force, and lets go of all that is held on their account. */
  disarm(rules: ArmedRules): void {
    rules.isOn = false;
    this.#armed.delete(rules);
    for (const connection of [...this.#connections]) connection.reconsider();
  }

  /** Makes a connection known, so that it hears of what was healed. @returns Ends that. */
  join(connection: { reconsider(): void }): () => void {
    this.#connections.add(connection);
    return () => this.#connections.delete(connection);
  }

  /** What is to be done with a request; to be asked once for each, in the order of arrival. */
  plan(fields: readonly HeaderField[], connection: number, streamId: number): readonly RulePlan[] {
    const ordinal = ++this.#requests;
    if (this.#armed.size === 0) return NO_PLANS;
    const path = valueOf(fields, ":path");
    const query = path.indexOf("?");
    const method = query < 0 ? path : path.slice(0, query);
    const request: SeenRequest = {
      ordinal,
      connection,
      streamId,
      method,
      id: valueOf(fields, "x-meshproof-id"),
    };
    const plans: RulePlan[] = [];
    for (const rules of this.#armed) rules.plan(request, fields, plans);
    return plans;
  }
}

function valueOf(fields: readonly HeaderField[], name: string): string {
  return fields.find((field) => field[0] === name)?.[1] ?? "";
}
