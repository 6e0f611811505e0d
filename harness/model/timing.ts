/**
 * Every time that is not in a policy, in one table. Milliseconds. Verdicts hang on a bound here only where the
 * right and the wrong behaviour lie far apart on both sides of it, so that a noisy machine cannot flip them;
 * where its own event loop was late by more than `lagBudgetMs` the harness says `inconclusive` in place of `fail`.
 */
export const TIMING = {
  /** Deadline of a call that no clause limits. */
  deadlineMs: 5_000,
  /** A refusal counts as "at once" below this; what hangs or queues takes `deadlineMs` or the policy's time-out. */
  failFastMs: 250,
  /** {T} of configuration pushes: from the push to the first call that shows it. */
  pushConvergesMs: 2_000,
  /** How long a push may take to be acknowledged or refused. */
  pushAnsweredMs: 3_000,
  /** {T} of discovery: from a registration (or its end) to the traffic that shows it. */
  discoveryConvergesMs: 3_000,
  /**
   * {T} of discovery across a broken registry or path to it: etcd holds a lost proposal for 5 s + 2 elections, and
   * an instance that was cut off first has to notice that it no longer is.
   */
  registryRecoversMs: 10_000,
  /** {margin} of a lease: etcd looks for ended leases twice a second, and a new leader grants each a fresh term. */
  leaseMarginMs: 1_500,
  /** How long a proxy stays dead: longer than anything needs that opens the way in its place. */
  proxyDeadMs: 2_000,
  /** What is refused in a dead proxy's pod is refused after this at the latest; what hangs takes `deadlineMs`. */
  deadProxyRefusesMs: 3_000,
  /** How long the control plane stays away: longer than any expiry that a data plane could plausibly apply. */
  controlOutageMs: 2_500,
  /** {T} until a rotated leaf is shown to new connections. */
  rotationConvergesMs: 2_000,
  /** From the error that ejects a host until no request goes to it: a proxy may eject on another thread (Envoy does). */
  ejectionConvergesMs: 1_000,
  /** {margin} on both sides of a route time-out. */
  timeoutMarginMs: 400,
  /** How long spans may take to arrive at the collector after the last call. */
  spansArriveMs: 3_000,
  /** Past a cool-down or an ejection, before the next step is driven. */
  settleMs: 150,
  /** The harness's own event loop may be this late before a missed bound is blamed on it. */
  lagBudgetMs: 50,
} as const;

/** "No failures" means so many clean requests in a row: failure rate < 1 % at 99 % confidence (0.99^459 < 0.01). */
export const CLEAN_REQUESTS = 459;
