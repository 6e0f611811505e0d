import type { Socket } from "node:net";
import net from "node:net";
import tls from "node:tls";
import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Address } from "../../../model/mesh.ts";
import { splitAddress } from "../../../model/split_address.ts";
import type { Toxic } from "../toxic.ts";

/** Parameters of {@linkcode tlsCertificate}. */
export interface TlsCertificateOptions {
  /** Chain that is shown, leaf first; PEM. */
  readonly certificate: string;
  /** Its key; PEM. */
  readonly key: string;
  /** How what is inside goes on to the target. */
  readonly upstream: "plain" | "tls";
  /** Whom the target's certificate must be from, PEM; it is not checked when this is left out. */
  readonly ca?: string | undefined;
  /** Share of connections. @default 1 */
  readonly share?: number | undefined;
}

const PROTOCOLS = ["h2", "http/1.1"];
const SEEN_LIMIT_MS = 1000;

/**
 * Answers TLS handshakes of new connections with another certificate: ends TLS there and hands what is inside on.
 * Witness: a handshake of the harness's own through the link shows that certificate.
 *
 * @throws {TypeError} When the certificate is none; `arm` throws when the key does not belong to it.
 */
export function tlsCertificate(options: TlsCertificateOptions): Toxic {
  const { certificate, key, upstream, ca, share } = options;
  const wanted = fingerprintOf(certificate);
  return {
    kind: "tls_certificate",
    spec: { kind: "tls_certificate", certificate, key, upstream, ca, share },
    detail: `TLS answered with another certificate, ${upstream} to the target`,
    share,
    async arm(control) {
      const sockets = new Set<Socket>();
      const hold = (socket: Socket) => {
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
        return socket;
      };
      checkKey(certificate, key);
      const server = tls.createServer({ cert: certificate, key, ALPNProtocols: PROTOCOLS }, (inner) => {
        const { host, port } = splitAddress(control.target, "tunnel TLS to a target");
        const ALPNProtocols = inner.alpnProtocol ? [inner.alpnProtocol] : [];
        const outer = upstream === "plain" ? net.connect({ host, port }) : tls.connect({
          host,
          port,
          ALPNProtocols,
          ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
        });
        join(hold(inner), hold(outer));
      });
      server.on("connection", hold);
      const address = await new Promise<Address>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => {
          resolve(`127.0.0.1:${(server.address() as net.AddressInfo).port}`);
        });
      });
      const stop = control.divert((ordinal) => {
        control.hit({ connection: ordinal, detail: "handshake answered with another certificate" });
        return address;
      });
      return {
        heal() {
          stop();
          server.close();
          for (const socket of sockets) socket.destroy();
        },
        async witness() {
          const shown = await shownAt(control.address);
          return {
            witnessed: shown === wanted,
            detail: `a handshake with ${control.address} shows ${shown}, wanted ${wanted}`,
          };
        },
      };
    },
  };
}

function fingerprintOf(certificate: string): string {
  try {
    return new X509Certificate(certificate).fingerprint256;
  } catch (error) {
    throw new TypeError(
      `Cannot answer with a certificate as it must be PEM: current value begins with "${
        certificate.slice(0, 30)
      }"`,
      { cause: error },
    );
  }
}

/** A server takes a key that does not belong to its certificate, and fails its handshakes. */
function checkKey(certificate: string, key: string): void {
  if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return;
  throw new TypeError(
    "Cannot answer with a certificate as the key must belong to it: it belongs to another one",
  );
}

function join(one: Socket, other: Socket): void {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroySoon());
  }
}

/** SHA-256 fingerprint of the leaf that a server shows, or why there is none. */
function shownAt(address: Address): Promise<string> {
  return new Promise((resolve) => {
    const { host, port } = splitAddress(address, "shake hands at an address");
    const socket = tls.connect({ host, port, rejectUnauthorized: false, ALPNProtocols: PROTOCOLS });
    const end = (shown: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(shown);
    };
    const timer = setTimeout(() => end("nothing in time"), SEEN_LIMIT_MS);
    socket.once("secureConnect", () => end(socket.getPeerCertificate().fingerprint256 ?? "no certificate"));
    socket.on("error", (error) => end(error.message));
  });
}
