/** One connection to an echo. */
export interface EchoCaller extends Disposable {
  /** Sends a text and reads until as much came back, or the connection ended. */
  ask(text: string): Promise<string>;
  /** How the connection ended: `end`, or the error. */
  fate(): Promise<string>;
}

/** A TCP server that sends back what it gets. */
export interface TcpEcho extends Disposable {
  readonly address: string;
  /** All that it got so far, on all connections. */
  readonly received: string;
  /** Connects to it, or to a link in front of it. */
  connect(address?: string): Promise<EchoCaller>;
}

/** Starts one on an ephemeral port. */
export function tcpEcho(): TcpEcho {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const own = `127.0.0.1:${listener.addr.port}`;
  const open = new Set<Deno.Conn>();
  let received = "";
  const serve = async (connection: Deno.Conn) => {
    open.add(connection);
    const buffer = new Uint8Array(1024);
    try {
      for (let size = await connection.read(buffer); size !== null; size = await connection.read(buffer)) {
        received += new TextDecoder().decode(buffer.subarray(0, size));
        await connection.write(buffer.slice(0, size));
      }
    } catch {
      // Reset by its peer, as faults do.
    }
    if (open.delete(connection)) connection.close();
  };
  (async () => {
    for await (const connection of listener) void serve(connection);
  })();
  return {
    address: own,
    get received() {
      return received;
    },
    connect: (address = own) => callerAt(address),
    [Symbol.dispose]: () => {
      listener.close();
      for (const connection of open) {
        open.delete(connection);
        connection.close();
      }
    },
  };
}

async function callerAt(address: string): Promise<EchoCaller> {
  const [hostname = "", port] = address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const buffer = new Uint8Array(1024);
  return {
    ask: async (text) => {
      await connection.write(new TextEncoder().encode(text));
      let answer = "";
      while (answer.length < text.length) {
        const size = await connection.read(buffer);
        if (size === null) break;
        answer += new TextDecoder().decode(buffer.subarray(0, size));
      }
      return answer;
    },
    fate: async () => {
      try {
        for (let size = await connection.read(buffer); size !== null;) size = await connection.read(buffer);
        return "end";
      } catch (error) {
        return String(error);
      }
    },
    [Symbol.dispose]: () => connection.close(),
  };
}
