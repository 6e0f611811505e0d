/** What drives the proxies: modes of bench-driver, the same for both sides. */
import { z } from "zod";
import { parsed } from "./peer_reports.ts";
import type { Place } from "./place.ts";

const blastReport = z.object({ bytes: z.number(), seconds: z.number() });
const requestsReport = z.object({ requests: z.number(), seconds: z.number() });
const delayReport = z.object({
  directMs: z.number(),
  throughMs: z.number(),
  errorP50Ms: z.number(),
  errorP99Ms: z.number(),
});

const LIMIT_MS = 60_000;

async function drive<T>(place: Place, schema: z.ZodType<T>, ...args: readonly string[]): Promise<T> {
  const { output } = await place.run({
    title: `bench-driver ${args[0]}`,
    command: await place.tool("bench-driver"),
    args,
  }, {
    limitMs: LIMIT_MS,
  });
  return parsed("bench-driver", schema, output);
}

/** Sends through one connection as much as goes, and counts what arrived. */
export function blast(place: Place, port: number, seconds: number) {
  return drive(place, blastReport, "blast", "--address", `127.0.0.1:${port}`, "--duration", `${seconds}s`);
}

/** 64 bytes there and back on 20 connections, over and over. */
export function smallRequests(place: Place, port: number, seconds: number) {
  return drive(
    place,
    requestsReport,
    ...["requests", "--address", `127.0.0.1:${port}`, "--duration", `${seconds}s`],
    ...["--connections", "20", "--bytes", "64"],
  );
}

/** By how much round trips miss the direct one plus the delay that was asked for, as an absolute value. */
export function missedDelay(
  place: Place,
  ports: { readonly direct: number; readonly through: number },
  askedMs: number,
  probes: number,
) {
  return drive(
    place,
    delayReport,
    ...["delay", "--direct", `127.0.0.1:${ports.direct}`, "--through", `127.0.0.1:${ports.through}`],
    ...["--asked", `${askedMs}ms`, "--connections", "4", "--probes", String(probes)],
  );
}
