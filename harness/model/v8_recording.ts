/**
 * What V8 saw of one process, small enough to be told in one line of its standard output. Places are those of the code
 * that ran, which for TypeScript is not the source: who reads the recording maps them.
 */
export interface V8Recording {
  /** When sampling began. */
  readonly startEpochMs: number;
  readonly intervalUs: number;
  /** Source URLs, which functions name by their index. */
  readonly urls: readonly string[];
  /** Each once; line and column count from 0, as V8 does, and are -1 where there is none. */
  readonly functions: readonly (readonly [name: string, url: number, line: number, column: number])[];
  readonly cpu: {
    /** Function, node above (-1 at the root), and for lines (from 1) that were hit in it: line, count, line, count ... */
    readonly nodes: readonly (readonly [callee: number, parent: number, ...lineTicks: readonly number[]])[];
    /** The node that ran at each sample; while the process waits, only at the first. */
    readonly samples: readonly number[];
    /** Microseconds since the sample before; of the first, since the beginning. */
    readonly deltasUs: readonly number[];
  };
  /** What each phase allocated and still held at its end: function, node above, bytes. */
  readonly heaps: readonly {
    readonly phase: string;
    readonly nodes: readonly (readonly [callee: number, parent: number, bytes: number])[];
  }[];
}
