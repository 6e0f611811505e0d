import type { Pod } from "../model/process.ts";

/** Draws until it gives up; two draws of a few ports among twelve thousand rarely clash. */
const TRIES = 20;

/**
 * Free ports for programs in several pods. A pod knows nothing of what another one was given, and on the process runtime
 * all of them are one host: what was given to one is not given to the next.
 *
 * @param count Ports a pod.
 * @returns The ports of each pod, in their order.
 * @throws {Error} When a pod goes on giving the same ports.
 */
export function distinctPorts(pods: readonly Pod[], count: number): readonly (readonly number[])[] {
  const taken = new Set<string>();
  return pods.map((pod) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const ports = pod.freePorts(count);
      const places = ports.map((port) => `${pod.host}:${port}`);
      if (places.some((place) => taken.has(place))) continue;
      places.forEach((place) => taken.add(place));
      return ports;
    }
    throw new Error(
      `Cannot find ${count} ports of ${pod.host} for "${pod.name}": expected some that no other pod was given in ${TRIES} tries`,
    );
  });
}
