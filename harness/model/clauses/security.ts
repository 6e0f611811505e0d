import { type Clause, core, extended } from "../clause.ts";

export const SECURITY: readonly Clause[] = [
  core("SEC-01", "STRICT: plaintext is refused.", "Istio PeerAuthentication: STRICT"),
  core(
    "SEC-02",
    "No client certificate: refused before any request is served.",
    "RFC 8446, section 4.4.2.4; Istio PeerAuthentication",
  ),
  core("SEC-03", "Certificate from an unknown CA: refused.", "RFC 5280, section 6"),
  core(
    "SEC-04",
    "Expired or not yet valid: refused, on new connections at the moment it expires.",
    "RFC 5280, section 4.1.2.5",
  ),
  core(
    "SEC-05",
    "Valid chain, wrong SPIFFE identity or SAN: refused.",
    "SPIFFE: X.509-SVID; Istio: secure naming",
  ),
  core(
    "SEC-06",
    "Leaf rotated under load: new connections show it within {T}, no request fails, in-flight streams live.",
    "Envoy: secret discovery service",
  ),
  core(
    "SEC-07",
    "The old leaf is still accepted during {grace}, refused after.",
    "RFC 5280, section 4.1.2.5; SPIFFE: X.509-SVID rotation",
  ),
  core(
    "SEC-08",
    "Root rotated with overlap: nothing fails; after the old root is dropped its leaves are refused.",
    "SPIFFE: trust domain and bundle",
  ),
  core(
    "SEC-09",
    "A bad pair (key does not fit, truncated PEM, half-written file) is not served: the old one goes on and the error is reported.",
    "Envoy: secret discovery service, key rotation",
  ),
  extended(
    "SEC-10",
    "Authorization allows and denies by peer identity and method; the default is as configured.",
    "Istio AuthorizationPolicy",
  ),
  core("SEC-11", "TLS 1.2 or newer, ALPN h2, no renegotiation.", "RFC 9113, section 9.2; RFC 8996"),
  core(
    "SEC-12",
    "Identity headers from outside (`x-forwarded-client-cert`) are stripped or overwritten.",
    "Envoy: x-forwarded-client-cert, SANITIZE_SET",
  ),
];
