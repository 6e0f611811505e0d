import { claim, clause, scenario } from "../../harness/mod.ts";

const HANDSHAKES = 20;

/** A door that only asks for a certificate is open to whoever does not answer. */
export default scenario({
  id: "security/client_certificate",
  clauses: ["SEC-02"],
  needs: ["mutual-tls"],
  topology: { echo: { instances: 1 } },
  policy: "client_certificate.yaml",
  environment: { mutualTls: true },
  async drive(t) {
    for (let index = 0; index < HANDSHAKES; index++) {
      await t.handshake("with a certificate");
      await t.handshake("without one", { certificate: false });
    }
  },
  judge: (h) => {
    const outcomes = (phase: string) => h.of("handshake").filter((event) => event.phase === phase);
    const known = outcomes("with a certificate");
    const unknown = outcomes("without one");
    const ids = new Set(unknown.map((event) => event.id));
    const served = h.of("attempt.received").filter((event) => ids.has(event.id));
    return [
      clause(
        "SEC-02",
        claim(
          `all ${HANDSHAKES} peers with a certificate are served`,
          `${known.filter((event) => event.outcome === "served").length} are; ${known[0]?.detail ?? ""}`,
          known.length === HANDSHAKES && known.every((event) => event.outcome === "served"),
          known.map((event) => event.seq),
        ),
        claim(
          `all ${HANDSHAKES} peers without one are refused`,
          `${unknown.filter((event) => event.outcome === "refused").length} are; ${unknown[0]?.detail ?? ""}`,
          unknown.length === HANDSHAKES && unknown.every((event) => event.outcome === "refused"),
          unknown.map((event) => event.seq),
        ),
        claim(
          "none of their requests reaches an upstream",
          `${served.length} do`,
          served.length === 0,
          served.map((event) => event.seq),
        ),
      ),
    ];
  },
  mutants: ["client-certificate-requested-not-required"],
});
