/** All rows of the benchmark, in the order in which they are measured and told. */
import type { Row } from "../row.ts";
import { arrivalLag } from "./arrival_lag.ts";
import { heldRate } from "./held_rate.ts";
import { memory } from "./memory.ts";
import { proxyDelay } from "./proxy_delay.ts";
import { proxyHttp2 } from "./proxy_http2.ts";
import { proxyRequests } from "./proxy_requests.ts";
import { proxyThroughput } from "./proxy_throughput.ts";
import { stallRow } from "./stall.ts";
import { unaryCalls } from "./unary_calls.ts";

export const ROWS: readonly Row[] = [
  unaryCalls,
  arrivalLag,
  heldRate,
  memory,
  proxyThroughput,
  proxyRequests,
  proxyDelay,
  proxyHttp2,
  stallRow,
];
