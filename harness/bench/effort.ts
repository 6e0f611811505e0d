/** How much is done. */
export interface Effort {
  readonly rounds: number;
  /** `--quick`: only to see that everything works; its figures say little. */
  readonly isQuick: boolean;
  /** Of each measurement with a fixed duration. */
  readonly seconds: number;
  /** Calls of each measurement with a fixed number of them. */
  readonly calls: number;
  /** Calls after which memory is looked at. */
  readonly memoryCalls: number;
  /** The same of a peer that is slow: fewer, which is to its favour, since memory only grows. */
  readonly memoryCallsOfPeers: number;
  /** Calls per second that open-loop contenders are given; set by a row's `prepare`. */
  readonly ratePerSecond: number;
}

/** Six rounds are the fewest that give an interval of 95 %. */
export const FULL: Effort = {
  rounds: 6,
  isQuick: false,
  seconds: 4,
  calls: 1_500_000,
  memoryCalls: 10_000_000,
  memoryCallsOfPeers: 2_000_000,
  ratePerSecond: 10_000,
};

export const QUICK: Effort = {
  rounds: 1,
  isQuick: true,
  seconds: 1,
  calls: 30_000,
  memoryCalls: 100_000,
  memoryCallsOfPeers: 50_000,
  ratePerSecond: 5_000,
};
