/** Ports for programs that must be told theirs in advance. */

/**
 * Below the range that systems hand out by themselves (Linux from 32768, macOS from 49152): neither a bind to
 * port 0 nor an outgoing connection takes such a port, also not while a killed program that owns it is down.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES_PER_PORT = 200;

/**
 * Chooses free ports on 127.0.0.1 at random and lets go of them again. Another program may still take one before
 * it is used, so the caller must be ready to start over.
 *
 * @throws {Error} When nearly every port of the range is taken.
 */
export function freePorts(count: number): number[] {
  const held: Deno.Listener[] = [];
  try {
    for (let tries = 0; held.length < count; tries++) {
      if (tries > count * TRIES_PER_PORT) {
        throw new Error(
          `Cannot find ${count} free ports on 127.0.0.1: expected them between ${LOWEST} and ${HIGHEST}, found ${held.length}; end programs that listen there`,
        );
      }
      const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
      try {
        held.push(Deno.listen({ hostname: "127.0.0.1", port }));
      } catch (error) {
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
    return held.map((listener) => (listener.addr as Deno.NetAddr).port);
  } finally {
    for (const listener of held) listener.close();
  }
}
