import type { LinkConnection } from "../connection.ts";
import type { LinkControl } from "../toxic.ts";

/**
 * Does something to every connection that is struck, so long after now, or after it was accepted where that is later.
 *
 * @returns Stops it for all that are still to come.
 */
export function afterTime(
  control: LinkControl,
  afterMs: number,
  act: (connection: LinkConnection) => void,
): () => void {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const later = (connection: LinkConnection) => {
    if (!control.strikes(connection.ordinal)) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (control.connections().includes(connection)) act(connection);
    }, afterMs);
    timers.add(timer);
  };
  control.connections().forEach(later);
  const stop = control.onConnection(later);
  return () => {
    stop();
    timers.forEach((timer) => clearTimeout(timer));
  };
}
