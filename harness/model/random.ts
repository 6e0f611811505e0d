/** Numbers in [0, 1). */
export type RandomStream = () => number;

/**
 * A random stream of its own for each key (seed, name of the fault or load, connection, ordinal ...). Streams do
 * not share state, so that leaving one out leaves the others as they were: that is what makes shrinking valid.
 *
 * Key: FNV-1a, 32 bit. Stream: splitmix32, whose state is one number and whose output passes for uniform.
 *
 * @param seed The run's seed.
 * @param keys What the stream is for.
 * @returns A generator that gives the same numbers for the same arguments.
 */
export function randomStream(seed: number, ...keys: readonly (string | number)[]): RandomStream {
  let state = hash([seed, ...keys].join("\u0000"));
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) / 2 ** 32;
  };
}

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value ^= text.charCodeAt(index);
    value = Math.imul(value, 0x01000193);
  }
  return value | 0;
}
