/** Which run a report is about. */
export interface LoadRun {
  readonly id: string;
  /** Address or URL that was driven. */
  readonly target: string;
  readonly protocol: "grpc" | "http1" | "http2";
  /** The arrival plan as a value that JSON can hold. */
  readonly plan: unknown;
  /** Attempts that were planned, warm-up included. */
  readonly planned: number;
  readonly connections: number;
  readonly seed: number;
  /** Version of Meshproof. */
  readonly version: string;
  /** The command line that repeats it. */
  readonly command: string;
  readonly startedAt: Date;
}
