import { z } from "zod";
import type { Testimony } from "../../fault.ts";
import type { Toxic } from "../toxic.ts";
import { Http2Middle } from "./http2_middle.ts";
import { ArmedRules, type RuleBooks, type RuleHit } from "./rule_book.ts";
import { type RuleInput, rulesSchema } from "./rule_spec.ts";

/**
 * Does to single requests what rules say, on a link that was opened with `protocol: "http2"`. Which requests is counted
 * and drawn over the whole link in the order of their arrival, so that the same seed gives the same hits however they
 * are spread over connections. Each applied action is a hit. Healing lets go what is held; what was ended stays so.
 *
 * Witness: the far side of an action. The caller has acknowledged a PING that was sent behind what the link made up or
 * changed; the target has answered a request that was changed; a frame left as late as asked for; credit was given
 * that its receiver did not get. At least one action of every rule that struck must have been seen so.
 *
 * @param rules In the order in which they work on a request.
 * @throws {TypeError} When they are not as `rule_spec.ts` says; the message names each place.
 */
export function http2Fault(rules: readonly RuleInput[]): Toxic {
  const parsed = rulesSchema.safeParse(rules);
  if (!parsed.success) {
    throw new TypeError(
      `Cannot make an HTTP/2 fault as its rules must be valid: ${z.prettifyError(parsed.error)}`,
    );
  }
  const specs = parsed.data;
  return {
    kind: "http2",
    spec: { kind: "http2", rules: specs },
    detail: `HTTP/2 rules ${specs.map(({ name, action }) => `"${name}" (${action.kind})`).join(", ")}`,
    arm(control) {
      const { middle, name: link, seed } = control;
      if (!(middle instanceof Http2Middle)) {
        throw new TypeError(
          `Cannot arm HTTP/2 rules on link ${link} as its protocol must be "http2": current value is "tcp"; ` +
            `open the link with protocol: "http2", since the state of HTTP/2 cannot be picked up in mid-connection`,
        );
      }
      const armed = new ArmedRules(
        specs,
        { seed, link },
        (hit) => control.hit({ connection: hit.connection, detail: describe(hit) }),
      );
      middle.planner.arm(armed);
      return {
        heal: () => middle.planner.disarm(armed),
        witness: () => testify(armed.books),
      };
    },
  };
}

/** A hit in words, the same for the same request whenever it comes. */
function describe({ rule, action, ordinal, streamId, method, id }: RuleHit): string {
  const named = id === "" ? "" : ` id=${id}`;
  return `rule "${rule}" ${action}: request ${ordinal} stream ${streamId} ${method}${named}`;
}

function testify(books: readonly Readonly<RuleBooks>[]): Testimony {
  const struck = books.filter((rule) => rule.struck > 0);
  return {
    witnessed: struck.length > 0 && struck.every(({ confirmed }) => confirmed > 0),
    detail: books
      .map(({ rule, action, seen, struck, confirmed }) =>
        `rule "${rule}": ${action} applied to ${struck} of ${seen} requests, ${confirmed} seen from the far side`
      )
      .join("; "),
  };
}
