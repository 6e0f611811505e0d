/** A server that says what it is told to, byte by byte. */
export interface ScriptedPeer extends AsyncDisposable {
  readonly address: string;
  /** All that came on each connection, in the order of the connections. */
  readonly received: readonly string[];
}

/**
 * Answers each piece that comes on a connection.
 *
 * @param answer Slices to write, each on its own; undefined ends the connection.
 */
export function scriptedPeer(
  answer: (piece: string, connection: number, ordinal: number) => readonly (string | undefined)[],
): ScriptedPeer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received: string[] = [];
  const connections = new Set<Deno.Conn>();
  const serve = async (connection: Deno.Conn, number: number) => {
    const buffer = new Uint8Array(65_536);
    for (let ordinal = 0;; ordinal++) {
      const length = await connection.read(buffer);
      if (length === null) return;
      const piece = new TextDecoder().decode(buffer.subarray(0, length));
      received[number] += piece;
      for (const slice of answer(piece, number, ordinal)) {
        if (slice === undefined) return;
        await connection.write(Uint8Array.from(slice, (letter) => letter.charCodeAt(0)));
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  };
  const accepting = (async () => {
    for await (const connection of listener) {
      connections.add(connection);
      connection.setNoDelay(true);
      received.push("");
      void serve(connection, received.length - 1).catch(() => {}).finally(() => {
        if (connections.delete(connection)) connection.close();
      });
    }
  })();
  return {
    address: `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    received,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of connections) {
        connections.delete(connection);
        connection.close();
      }
      await accepting;
    },
  };
}
