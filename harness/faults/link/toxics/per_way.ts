import type { LinkConnection } from "../connection.ts";
import type { Direction } from "../toxic.ts";

/** Something of its own for each direction of each connection, made when it is first asked for. */
export function perWay<State>(
  make: (connection: LinkConnection, direction: Direction) => State,
): (connection: LinkConnection, direction: Direction) => State {
  const states = new WeakMap<LinkConnection, Map<Direction, State>>();
  return (connection, direction) => {
    const ways = states.get(connection) ?? new Map<Direction, State>();
    states.set(connection, ways);
    if (!ways.has(direction)) ways.set(direction, make(connection, direction));
    return ways.get(direction) as State;
  };
}
