/**
 * Listens at a place and hangs up on whoever comes: what is left where an instance was.
 *
 * @param onConnection Told of each connection.
 * @throws {Deno.errors.AddrInUse} When somebody listens there.
 */
export function occupy(hostname: string, port: number, onConnection: () => void): AsyncDisposable {
  const listener = Deno.listen({ hostname, port });
  const done = (async () => {
    for await (const connection of listener) {
      onConnection();
      connection.close();
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}
