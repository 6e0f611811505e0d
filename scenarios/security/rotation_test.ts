import { TIMING } from "../../harness/mod.ts";
import { type CallSpec, history, type HistoryBuilder } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import rotation from "./rotation.ts";

type Odd = CallSpec & { count?: number };
interface Handshakes {
  /** Serial that the last handshake after the rotation shows. */
  readonly lastSerial?: string;
  readonly lastOutcome?: "served" | "refused";
  readonly serial?: string;
  readonly met?: boolean;
  readonly witness?: boolean;
  readonly count?: number;
}

function cell(odd: { inFlight?: Odd; open?: Odd } = {}, after: Handshakes = {}): HistoryBuilder {
  const { serial = "02", lastSerial = serial, lastOutcome = "served", count = 20 } = after;
  const cell = history().instance("echo-1");
  const handshake = (phase: string, shown: string, outcome: "served" | "refused" = "served") =>
    cell.record("client", {
      kind: "handshake",
      phase,
      id: `${phase}#${cell.events.length}`,
      outcome,
      serial: shown,
      protocol: "TLSv1.3",
      detail: outcome === "refused" ? "ECONNREFUSED" : "",
    });
  handshake("before", "01");
  cell.fault("rotate certificate", "begin");
  cell.calls("in flight", 1, { sentT: 10, tookMs: TIMING.rotationConvergesMs + 1 }, odd.inFlight);
  cell.fault("rotate certificate", after.witness === false ? "unwitnessed" : "witnessed", "leaf 02");
  cell.pass(TIMING.rotationConvergesMs).converged("the new leaf is shown", after.met ?? true);
  for (let index = 1; index <= count; index++) {
    const last = index === count;
    handshake("after", last ? lastSerial : serial, last ? lastOutcome : "served");
  }
  return cell.calls("open session", 459, {}, odd.open);
}

proveJudge(rotation, {
  beside: import.meta.url,
  keeps: { "new connections show the new leaf and nobody loses anything": () => cell() },
  breaks: {
    "the new leaf is never shown": () => ({
      history: cell({}, { serial: "01", met: false, witness: false }),
      says: /never/,
    }),
    "one new connection shows the old leaf": () => ({
      history: cell({}, { lastSerial: "01" }),
      says: /2 leaves: 02, 01/,
    }),
    "a third leaf is shown": () => ({ history: cell({}, { lastSerial: "03" }), says: /2 leaves/ }),
    "one new connection is refused": () => ({
      history: cell({}, { lastOutcome: "refused" }),
      says: /1 of 21 are; ECONNREFUSED/,
    }),
    "the call in flight is cut": () => ({
      history: cell({ inFlight: { status: "UNAVAILABLE", tookMs: 100 } }),
      says: /^in flight: 1 of 1/,
    }),
    "the call in flight did not last across the rotation": () => ({
      history: cell({ inFlight: { tookMs: 100 } }),
      says: /after 100\.0 ms/,
    }),
    "one call of the open session fails": () => ({
      history: cell({ open: { status: "UNAVAILABLE" } }),
      says: /^open session/,
    }),
    "the open session ended early": () => ({
      history: cell({ open: { count: 200 } }),
      verdict: "inconclusive",
    }),
    "no new connection was made": () => ({ history: cell({}, { count: 0 }) }),
    "nobody saw the rotation": () => ({ history: cell({}, { witness: false }), verdict: "vacuous" }),
  },
});
