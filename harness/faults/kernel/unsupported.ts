/**
 * A fault that this machine's kernel cannot make. Whoever asked for it is `unsupported` with this reason, never failed
 * and never vacuous.
 */
export class UnsupportedFaultError extends Error {
  override readonly name = "UnsupportedFaultError";
  /** Which fault, such as `netem`. */
  readonly fault: string;
  /** The kernel's own words. */
  readonly reason: string;

  /**
   * @param fault Which fault.
   * @param reason The kernel's own words.
   * @param advice What to do about it.
   */
  constructor(fault: string, reason: string, advice: string) {
    super(`This kernel cannot do ${fault}: ${reason}; ${advice}`);
    this.fault = fault;
    this.reason = reason;
  }
}
