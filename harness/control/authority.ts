import * as x509 from "@peculiar/x509";
import type { Authority, KeyPair } from "../model/mesh.ts";

/** Options of {@link createAuthority}. */
export interface AuthorityOptions {
  /** Such as `cluster.local`. */
  readonly trustDomain: string;
  /** How long leaves are valid. @default 86400000 (a day) */
  readonly leafValidityMs?: number;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
/** Peers whose clocks lag a little must accept a certificate that was just issued. */
const BACKDATED_MS = 60_000;
const ROOT_VALIDITY_MS = 10 * 365 * 86_400_000;
const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;

/** 16 random bytes; the first bit is cleared (the number is positive) and the second set (no zero is trimmed). */
function newSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<CryptoKeyPair>;
}

async function privateKeyPem(key: CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY") + "\n";
}

/**
 * A certificate authority of one trust domain, with a self-signed root (ECDSA P-256).
 *
 * Leaves are SPIFFE X.509-SVIDs: one URI name `spiffe://<trust domain>/ns/default/sa/<service account>`, good for
 * server and client; DNS `localhost` and IP 127.0.0.1 are added so that ordinary TLS clients accept them too.
 *
 * @see The SPIFFE standard "X509-SVID"
 */
export async function createAuthority(options: AuthorityOptions): Promise<Authority> {
  const { trustDomain } = options;
  const rootKeys = await newKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=meshproof root of ${trustDomain}`,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: new Date(Date.now() + ROOT_VALIDITY_MS),
    signingAlgorithm: ALGORITHM,
    keys: rootKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.SubjectAlternativeNameExtension([{ type: "url", value: `spiffe://${trustDomain}` }]),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });

  async function issue(serviceAccount: string): Promise<KeyPair> {
    const keys = await newKeys();
    const serial = newSerial();
    const leaf = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: `CN=${serviceAccount}`,
      issuer: root.subject,
      notBefore: new Date(Date.now() - BACKDATED_MS),
      notAfter: new Date(Date.now() + (options.leafValidityMs ?? 86_400_000)),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: rootKeys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([serverAuth, clientAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: "url", value: `spiffe://${trustDomain}/ns/default/sa/${serviceAccount}` },
          { type: "dns", value: "localhost" },
          { type: "ip", value: "127.0.0.1" },
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return { chain: leaf.toString("pem") + "\n", key: await privateKeyPem(keys.privateKey), serial };
  }

  return { trustDomain, bundle: root.toString("pem") + "\n", issue };
}
