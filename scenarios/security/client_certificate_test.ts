import type { HandshakeEvent } from "../../harness/mod.ts";
import { history } from "../../harness/judge/testing/history_builder.ts";
import { proveJudge } from "../../harness/judge/testing/prove_judge.ts";
import clientCertificate from "./client_certificate.ts";

interface Odd {
  /** The last peer with a certificate. */
  readonly known?: HandshakeEvent["outcome"];
  /** The last peer without one. */
  readonly unknown?: HandshakeEvent["outcome"];
  readonly count?: number;
  /** A request of a peer without certificate is seen upstream. */
  readonly leaks?: boolean;
}

function cell({ known = "served", unknown = "refused", count = 20, leaks = false }: Odd = {}) {
  const cell = history().instance("echo-1");
  const seen = { kind: "handshake", serial: "01", protocol: "TLSv1.3", detail: "" } as const;
  for (let index = 1; index <= count; index++) {
    const last = index === count;
    cell.record("client", {
      ...seen,
      phase: "with a certificate",
      id: `with#${index}`,
      outcome: last ? known : "served",
    });
    cell.record("client", {
      ...seen,
      phase: "without one",
      id: `without#${index}`,
      outcome: last ? unknown : "refused",
    });
  }
  const reached = { kind: "attempt.received", instance: "echo-1", service: "echo", method: "Call" } as const;
  cell.record("upstream:echo-1", { ...reached, id: "with#1", ordinal: 1, headers: {} });
  if (leaks) cell.record("upstream:echo-1", { ...reached, id: "without#1", ordinal: 1, headers: {} });
  return cell;
}

proveJudge(clientCertificate, {
  beside: import.meta.url,
  keeps: { "peers with a certificate are served, the others refused": () => cell() },
  breaks: {
    "one peer without certificate is served": () => ({
      history: cell({ unknown: "served" }),
      says: /^19 are/,
    }),
    "one peer with a certificate is refused": () => ({
      history: cell({ known: "refused" }),
      says: /^19 are/,
    }),
    "a refused peer's request was served all the same": () => ({
      history: cell({ leaks: true }),
      says: /^1 do/,
    }),
    "too few handshakes were made": () => ({ history: cell({ count: 19 }), says: /^19 are/ }),
  },
});
