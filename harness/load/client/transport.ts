/** Connections as the wire-level client sees them: bytes both ways. */

/** A byte stream in both directions; `Deno.Conn` is one. */
export interface Transport {
  /** Reads what is there, waiting for at least one byte. @returns How many; null at the end. */
  read(into: Uint8Array): Promise<number | null>;
  /** @returns How many were taken, from the beginning; it may be fewer than were given. */
  write(bytes: Uint8Array): Promise<number>;
  /** Ends both directions at once; a pending read then ends or rejects. */
  close(): void;
  /** Ends our direction, so that the peer reads what was written before it sees the end. */
  closeWrite?(): Promise<void>;
}

/** Whom to trust and as whom to appear. */
export interface ClientTls {
  /** Roots in PEM that the server's chain must lead to, beside the system's own. */
  readonly caCerts?: readonly string[];
  /** Our own pair in PEM, for mutual TLS. */
  readonly certificate?: { readonly chain: string; readonly key: string };
  /** Name sent (SNI) and demanded of the server's certificate. @default the host of the address */
  readonly servername?: string;
}

/** Where to connect to, and how. */
export interface TransportOptions {
  /** `host:port`. */
  readonly address: string;
  /** Absent for plaintext. */
  readonly tls?: ClientTls;
}

/**
 * Connects by TCP, with TLS and ALPN `h2` on top where it is asked for.
 *
 * @throws {TypeError} When the address is not `host:port`, or a client certificate is to be shown under another server
 * name than the address has (which Deno cannot do: make a transport of a node:tls socket).
 * @throws {Deno.errors.ConnectionRefused} And its like, when nobody takes the connection.
 * @throws {Deno.errors.InvalidData} When the handshake fails, or the server does not choose `h2`.
 */
export async function connectTransport(options: TransportOptions): Promise<Transport> {
  const { hostname, port } = splitAddress(options.address);
  if (options.tls === undefined) {
    const connection = await Deno.connect({ hostname, port });
    connection.setNoDelay(true);
    return connection;
  }
  const connection = await connectTls(hostname, port, options.tls);
  try {
    const { alpnProtocol } = await connection.handshake();
    if (alpnProtocol !== "h2") {
      throw new Deno.errors.InvalidData(
        `Cannot speak HTTP/2 with ${options.address} as ALPN must choose h2: it chose ${
          alpnProtocol ?? "nothing"
        }`,
      );
    }
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function connectTls(hostname: string, port: number, tls: ClientTls): Promise<Deno.TlsConn> {
  const { certificate, servername = hostname } = tls;
  const shared = { alpnProtocols: ["h2"], caCerts: [...tls.caCerts ?? []] };
  if (servername === hostname) {
    return await Deno.connectTls({
      ...shared,
      hostname,
      port,
      ...(certificate === undefined ? {} : { cert: certificate.chain, key: certificate.key }),
    });
  }
  if (certificate !== undefined) {
    throw new TypeError(
      `Cannot show a client certificate as servername must be the host of the address, ${hostname}: ` +
        `current value is ${servername}`,
    );
  }
  const plain = await Deno.connect({ hostname, port });
  return await Deno.startTls(plain, { ...shared, hostname: servername });
}

function splitAddress(address: string): { hostname: string; port: number } {
  const colon = address.lastIndexOf(":");
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new TypeError(
      `Cannot connect as address must be host:port: current value is ${JSON.stringify(address)}`,
    );
  }
  return { hostname: address.slice(0, colon).replace(/^\[(.*)\]$/, "$1"), port };
}
