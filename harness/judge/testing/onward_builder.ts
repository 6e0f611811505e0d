import { SIDECAR, VIA_HEADER, viaMark } from "../../model/interception.ts";
import type { CallSpec, HistoryBuilder } from "./history_builder.ts";

/** What an upstream received of an onward call; what is left out is what a sound one shows. */
export interface OnwardSpec {
  readonly at?: string;
  /** The marks of the proxies on the way. Default: the client's on its way out, the called one's on its way in. */
  readonly via?: readonly string[];
  readonly peer?: string;
}

/** How often, and how, a call of {@linkcode addOnwardCalls} shows otherwise. */
export type OddOnward = CallSpec & { readonly onward?: readonly OnwardSpec[] };

/** Writes a call at `client-1`, and what upstreams received of the one that it made onward. */
export function addOnwardCall(
  builder: HistoryBuilder,
  phase: string,
  onward: readonly OnwardSpec[],
  spec: CallSpec & { readonly id: string },
): HistoryBuilder {
  builder.call(phase, { service: "client", at: ["client-1"], ...spec });
  for (const { at = "echo-1", via = soundWay(at), peer = SIDECAR.inboundSource } of onward) {
    builder.record(`upstream:${at}`, {
      kind: "attempt.received",
      id: `${spec.id}/1`,
      instance: at,
      service: at.replace(/-\d+$/, ""),
      method: "Call",
      ordinal: 1,
      headers: via.length === 0 ? {} : { [VIA_HEADER]: via.join(", ") },
      peer,
    });
  }
  return builder;
}

/**
 * The calls of one phase, one after another.
 *
 * @param odd What the last of them shows otherwise: one bad call in many must be enough.
 */
export function addOnwardCalls(
  builder: HistoryBuilder,
  phase: string,
  count: number,
  usual: OddOnward = {},
  odd: OddOnward = {},
): HistoryBuilder {
  for (let index = 1; index <= count; index++) {
    const { onward = [{}], ...spec } = index === count ? { ...usual, ...odd } : usual;
    addOnwardCall(builder, phase, onward, { ...spec, id: `${phase}#${index}` });
  }
  return builder;
}

function soundWay(at: string): readonly string[] {
  return [viaMark("client-1", "outbound"), viaMark(at, "inbound")];
}
