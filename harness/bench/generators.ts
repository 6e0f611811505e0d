/** The load generators, each run once as a whole process against a server of its own. */
import { readArrivals } from "./arrivals.ts";
import type { CommandLine, Place, Server, Usage } from "./place.ts";
import { readyPort } from "./place.ts";
import { type GeneratorReport, readAutocannon, readGhz, readH2load, readLoad } from "./peer_reports.ts";
import {
  autocannon,
  driverServer,
  ghz,
  grpcServer,
  h2load,
  type LoadShape,
  meshproofLoad,
} from "./programs.ts";

/** One run of a generator. */
export interface GeneratorRun {
  readonly report: GeneratorReport;
  readonly usage: Usage;
  /** When requests arrived, as the server noted; empty for a closed loop, where nobody asks. */
  readonly arrivalsMs: Float64Array;
}

/** A generator, and how a run of it goes. */
export interface Generator {
  readonly name: string;
  readonly tool?: string;
  readonly server: (place: Place, arrivals?: string) => Promise<CommandLine>;
  /** @param folder For whatever it reads or writes. */
  readonly commandLine: (
    place: Place,
    port: number,
    shape: LoadShape,
    folder: string,
  ) => Promise<CommandLine>;
  readonly read: (text: string) => GeneratorReport;
}

export const MESHPROOF: Generator = {
  name: "meshproof load",
  server: grpcServer,
  commandLine: (_place, port, shape, folder) => Promise.resolve(meshproofLoad(port, shape, `${folder}/out`)),
  read: readLoad,
};

export const GHZ: Generator = {
  name: "ghz",
  tool: "ghz",
  server: grpcServer,
  commandLine: ghz,
  read: readGhz,
};

export const H2LOAD: Generator = {
  name: "h2load",
  tool: "h2load",
  server: grpcServer,
  commandLine: async (place, port, shape, folder) => {
    if (shape.kind === "closed") return await h2load(place, port, shape, folder);
    throw new Error("Cannot give h2load a plan as it must be a closed loop: it has no constant arrivals");
  },
  read: readH2load,
};

export const AUTOCANNON: Generator = {
  name: "autocannon",
  server: (place, arrivals) => driverServer(place, "http1", arrivals),
  commandLine: (_place, port, shape) => Promise.resolve(autocannon(port, shape)),
  read: readAutocannon,
};

/** Whatever happens to the server while the load runs; it is aborted when the load has ended. */
export type Disturbance = (server: Server, arrivals: string, signal: AbortSignal) => Promise<void>;

/** The slowest peer does a thousand calls a second, and one that hangs must not hang us. */
const LIMIT_MS = 20_000;
const LIMIT_MS_PER_CALL = 1;
/** `load` says by this code that its figures are invalid, and why; they are told all the same. */
const INVALID_CODE = 2;
/** autocannon stops counting when it stops sending. */
const LEAST_SHARE = 0.99;

/** Not every call was answered as it should be. */
export class UnansweredError extends Error {
  override readonly name = "UnansweredError";
}

/**
 * Runs a generator against a server of its own.
 *
 * @throws {UnansweredError} When not every call was answered as it should be.
 * @throws {Error} When the generator fails.
 */
export async function runGenerator(
  generator: Generator,
  place: Place,
  shape: LoadShape,
  disturbance?: Disturbance,
): Promise<GeneratorRun> {
  const folder = place.newFile("run");
  await Deno.mkdir(folder);
  try {
    const arrivals = `${folder}/arrivals`;
    const ended = await runBefore(generator, place, shape, folder, arrivals, disturbance);
    const { calls, failed } = ended.report;
    if (failed > 0 || calls < shape.calls * LEAST_SHARE) {
      throw new UnansweredError(
        `Cannot measure ${generator.name} as each of ${shape.calls} calls must be answered: ${calls} were, ${failed} were not`,
      );
    }
    // The server has ended, so its file is whole.
    return { ...ended, arrivalsMs: isNoted(shape) ? await readArrivals(arrivals) : new Float64Array(0) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runBefore(
  generator: Generator,
  place: Place,
  shape: LoadShape,
  folder: string,
  arrivals: string,
  disturbance: Disturbance | undefined,
): Promise<Pick<GeneratorRun, "report" | "usage">> {
  const over = new AbortController();
  await using server = await place.serve(
    await generator.server(place, isNoted(shape) ? arrivals : undefined),
    readyPort,
  );
  const disturbed = disturbance?.(server, arrivals, over.signal);
  try {
    const { output, usage } = await place.run(
      await generator.commandLine(place, server.port, shape, folder),
      {
        limitMs: LIMIT_MS + shape.calls * LIMIT_MS_PER_CALL,
        acceptsCode: (code) => generator === MESHPROOF && code === INVALID_CODE,
      },
    );
    return { report: generator.read(output), usage };
  } finally {
    over.abort();
    await disturbed;
  }
}

function isNoted({ kind }: LoadShape): boolean {
  return kind === "constant";
}
