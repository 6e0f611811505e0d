/** What every fault is: a value that can be injected, seen from elsewhere, and healed. */

/** What a witness says. */
export interface Testimony {
  readonly witnessed: boolean;
  /** Where the witness stood and what it saw. */
  readonly detail: string;
}

/** A fault that is in force. */
export interface ArmedFault {
  readonly name: string;
  /** What was done, with its parameters. */
  readonly detail: string;
  /**
   * Looks, from another vantage than the fault's own, whether the fault takes effect. May be asked again and
   * again: what is not seen yet may be seen later.
   */
  witness(): Promise<Testimony>;
  /** Undoes the fault; a second call does nothing. */
  heal(): Promise<void>;
}

/** A fault that could be. */
export interface Fault {
  /** Unique in the cell; names the fault in the history. */
  readonly name: string;
  inject(): Promise<ArmedFault>;
}

/**
 * Makes a function run once; later calls get the first one's promise.
 *
 * @param work What to do once, such as healing.
 */
export function once(work: () => Promise<void> | void): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => done ??= (async () => await work())();
}
