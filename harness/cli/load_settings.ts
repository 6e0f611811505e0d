import { errorText } from "../model/error_text.ts";
import { parseDuration } from "../model/duration.ts";
import type { ClientTls } from "../load/client/transport.ts";
import { parseData } from "../load/generate/data_file.ts";
import type { RequestOf } from "../load/generate/pace.ts";
import { methodOf, readProtos } from "../load/generate/proto_method.ts";
import { grpcRequests, httpRequests } from "../load/generate/requests.ts";
import type { Protocol, TargetOptions } from "../load/generate/run_load.ts";
import { type ArrivalPlan, checkPlan } from "../load/plan/arrival_plan.ts";
import { dueTimes } from "../load/plan/due_times.ts";
import { parsePlan } from "../load/plan/parse_plan.ts";
import { UsageError } from "./exit.ts";
import { type LoadAddress, parseLoadAddress } from "./load_address.ts";
import { seedOf, wholeNumber } from "./options.ts";

/** The options of `load` as they were typed. */
export interface LoadFlags {
  readonly grpc?: boolean;
  readonly http1?: boolean;
  readonly http2?: boolean;
  readonly proto?: readonly string[];
  readonly protoPath?: readonly string[];
  readonly method?: string;
  readonly data?: string;
  readonly dataFile?: string;
  readonly metadata?: readonly string[];
  readonly rate?: string;
  readonly plan?: string;
  readonly spacing?: string;
  readonly duration?: string;
  readonly requests?: string;
  readonly concurrency?: string;
  readonly connections?: string;
  readonly maxInFlight: string;
  readonly timeout: string;
  readonly warmup: string;
  readonly seed?: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsName?: string;
}

/** The same, understood. */
export interface LoadSettings {
  readonly where: LoadAddress;
  readonly target: TargetOptions;
  readonly requestOf: RequestOf;
  readonly timeoutMs: number;
  readonly warmupMs: number;
  readonly maxInFlight: number;
  readonly seed: number;
}

/** Of a load that says nothing of its end. */
const DEFAULT_DURATION_MS = 10_000;

/**
 * Understands whom to drive and with what.
 *
 * @throws {UsageError} When something of it cannot be used.
 */
export function loadSettings(text: string, flags: LoadFlags): LoadSettings {
  return usable(() => {
    const where = parseLoadAddress(text);
    const protocol = protocolOf(flags, where);
    const tls = tlsOf(flags, where);
    const seed = seedOf(flags.seed);
    const timeoutMs = duration("--timeout", flags.timeout);
    const common = {
      authority: where.address,
      isTls: tls !== undefined,
      headers: (flags.metadata ?? []).map(headerOf),
      rows: flags.dataFile === undefined
        ? []
        : parseData(Deno.readTextFileSync(flags.dataFile), flags.dataFile),
      seed,
    };
    const data = flags.data?.startsWith("@") ? Deno.readTextFileSync(flags.data.slice(1)) : flags.data;
    const target = {
      protocol,
      address: where.address,
      connections: wholeNumber("--connections", flags.connections ?? defaultConnections(protocol, flags), 1),
      ...(tls === undefined ? {} : { tls }),
    };
    const rest = {
      where,
      timeoutMs,
      warmupMs: duration("--warmup", flags.warmup),
      maxInFlight: wholeNumber("--max-in-flight", flags.maxInFlight, 1),
      seed,
    };
    if (protocol === "grpc") {
      const { proto = [], method: name } = flags;
      if (proto.length === 0 || name === undefined) {
        throw new UsageError(
          `${text}: expected --proto FILE and --method package.Service/Method for a gRPC call, found ` +
            `${proto.length === 0 ? "no --proto" : "no --method"}; plain requests are --http1 and --http2`,
        );
      }
      const method = methodOf(readProtos(proto, flags.protoPath), name);
      const requestOf = grpcRequests({ ...common, method, timeoutMs, data: data ?? "{}" });
      return { ...rest, requestOf, target: { ...target, kind: method.kind } };
    }
    const method = (flags.method ?? (data === undefined ? "GET" : "POST")).toUpperCase();
    return {
      ...rest,
      target,
      requestOf: httpRequests({ ...common, protocol, method, path: where.path, data: data ?? "" }),
    };
  });
}

/**
 * Understands when attempts are due.
 *
 * @throws {UsageError} When it is not said, said twice, or cannot be kept.
 */
export function loadPlan(flags: LoadFlags, seed: number): ArrivalPlan {
  return usable(() => {
    const { rate, concurrency, spacing } = flags;
    const requests = flags.requests === undefined ? undefined : wholeNumber("--requests", flags.requests, 1);
    const said = flags.duration === undefined ? undefined : duration("--duration", flags.duration);
    const hasOwnEnd = /^(ramp|step|trace):/.test(flags.plan ?? "");
    const durationMs = said ?? (requests === undefined && !hasOwnEnd ? DEFAULT_DURATION_MS : undefined);
    const end = {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(requests === undefined ? {} : { requests }),
    };
    if (concurrency !== undefined) {
      if (rate !== undefined || flags.plan !== undefined) {
        throw new UsageError(
          "--concurrency: expected neither --rate nor --plan beside it, found one: a closed loop has no plan of its own",
        );
      }
      const plan: ArrivalPlan = {
        kind: "closed",
        concurrency: wholeNumber("--concurrency", concurrency, 1),
        ...end,
      };
      checkPlan(plan);
      return plan;
    }
    if (rate === undefined && flags.plan === undefined) {
      throw new UsageError("load: expected --rate, --plan or --concurrency, found none of them");
    }
    if (spacing !== undefined && spacing !== "even" && spacing !== "poisson") {
      throw new UsageError(`--spacing ${spacing}: expected even or poisson, found "${spacing}"`);
    }
    const plan = parsePlan(flags.plan ?? "constant", {
      ...end,
      ...(rate === undefined ? {} : { perSecond: rateOf(rate) }),
      ...(spacing === undefined ? {} : { spacing }),
      seed,
      name: "load",
    });
    // A trace is read through before it is driven: what is wrong in it is said first.
    if (plan.kind === "trace") { for (const _ of dueTimes(plan)); }
    return plan;
  });
}

/** @throws {UsageError} When the text is no rate. */
export function rateOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new UsageError(`--rate ${text}: expected attempts per second, above 0, found "${text}"`);
}

/** @throws {UsageError} When the text is no duration. */
export function duration(option: string, text: string): number {
  const durationMs = parseDuration(text);
  if (durationMs !== undefined) return durationMs;
  throw new UsageError(`${option} ${text}: expected a duration such as 10s, 500ms or 1m30s, found "${text}"`);
}

/** HTTP/1.1 has one request on a connection at a time: with one of them attempts would wait for each other. */
function defaultConnections(protocol: Protocol, { concurrency }: LoadFlags): string {
  return protocol === "http1" ? concurrency ?? "10" : "1";
}

function protocolOf({ grpc, http1, http2 }: LoadFlags, { protocol }: LoadAddress): Protocol {
  const named = ([["grpc", grpc], ["http1", http1], ["http2", http2]] as const).filter(([, is]) => is);
  if (named.length > 1) {
    throw new UsageError(
      `${named.map(([name]) => `--${name}`).join(" ")}: expected one protocol, found several`,
    );
  }
  return named[0]?.[0] ?? protocol ?? "grpc";
}

function tlsOf(flags: LoadFlags, { isTls }: LoadAddress): ClientTls | undefined {
  const { tls, tlsCa, tlsCert, tlsKey, tlsName } = flags;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError("--tls-cert and --tls-key: expected both or none, found one");
  }
  if (!tls && !isTls && tlsCa === undefined && tlsCert === undefined && tlsName === undefined) {
    return undefined;
  }
  return {
    ...(tlsCa === undefined ? {} : { caCerts: [Deno.readTextFileSync(tlsCa)] }),
    ...(tlsName === undefined ? {} : { servername: tlsName }),
    ...(tlsCert === undefined || tlsKey === undefined
      ? {}
      : { certificate: { chain: Deno.readTextFileSync(tlsCert), key: Deno.readTextFileSync(tlsKey) } }),
  };
}

function headerOf(text: string): readonly [string, string] {
  const [, name, value] = /^([^=:\s]+)\s*[=:]\s*(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(`--metadata ${text}: expected NAME=VALUE, found "${text}"`);
}

/** What cannot be read or understood of the arguments is their fault. */
function usable<Value>(make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    const isTheirs = error instanceof SyntaxError || error instanceof TypeError ||
      error instanceof RangeError ||
      error instanceof Deno.errors.NotFound || error instanceof Deno.errors.IsADirectory;
    throw isTheirs ? new UsageError(errorText(error)) : error;
  }
}
