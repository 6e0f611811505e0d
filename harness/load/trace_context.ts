/** A caller's own span, as W3C Trace Context (https://www.w3.org/TR/trace-context/) writes it. */
export interface TraceContext {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
}

function randomHex(bytes: number): string {
  const buffer = crypto.getRandomValues(new Uint8Array(bytes));
  buffer[0] = (buffer[0] ?? 0) | 1; // never all zero, which the standard forbids
  return Array.from(buffer, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Starts a new trace: fresh trace id and root span id. */
export function newTraceContext(): TraceContext {
  return { traceId: randomHex(16), spanId: randomHex(8) };
}

/**
 * Header value of a sampled context, version 00.
 *
 * @param context The span that becomes the parent of whatever the receiver starts.
 */
export function traceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-01`;
}
