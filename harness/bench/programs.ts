/** Command lines of all that is measured, in one place: how a user would start each of them. */
import project from "../../deno.json" with { type: "json" };
import type { CommandLine, Place } from "./place.ts";

/** Small, as the calls are that a mesh is measured by. */
const TEXT = "hello";
const GRPC_METHOD = "meshproof.load.v1.Echo/Unary";
export const AUTOCANNON = "npm:autocannon@9.0.0";
/** Connections of autocannon, which has one request in flight on each; its own default. */
const AUTOCANNON_CONNECTIONS = 10;

function pathOf(relative: string): string {
  return decodeURIComponent(new URL(relative, import.meta.url).pathname);
}

/** `meshproof <args>` with the permissions of the task of that name. */
export function meshproof(...args: readonly string[]): CommandLine {
  const [, ...words] = project.tasks.meshproof.command.split(" ");
  const main = words.pop() ?? "";
  return {
    title: `meshproof ${args[0] ?? ""}`,
    command: Deno.execPath(),
    args: [...words, `--config=${pathOf("../../deno.json")}`, pathOf(`../../${main}`), ...args],
  };
}

/** How much a generator is to do: as fast as it can with so many in flight, or at a constant rate. */
export type LoadShape =
  | { readonly kind: "closed"; readonly inFlight: number; readonly calls: number }
  | {
    readonly kind: "constant";
    readonly ratePerSecond: number;
    readonly calls: number;
    /** Peers that can wait for an answer before they send again do so, as they do unless told otherwise. */
    readonly isPatient?: boolean;
  };

/** Our generator: one connection, four clocks, a column file of every request in `out`. */
export function meshproofLoad(port: number, shape: LoadShape, out: string): CommandLine {
  return meshproof(
    "load",
    ...["--grpc", "--proto", pathOf("./echo.proto"), "--method", GRPC_METHOD],
    ...["--data", JSON.stringify({ text: TEXT }), "--connections", "1", "--requests", String(shape.calls)],
    ...shape.kind === "closed"
      ? ["--concurrency", String(shape.inFlight)]
      : ["--rate", String(shape.ratePerSecond)],
    ...["--out", out, "--json", `127.0.0.1:${port}`],
  );
}

/** ghz, which keeps its samples by itself. At a rate it is best when told not to wait for answers. */
export async function ghz(place: Place, port: number, shape: LoadShape): Promise<CommandLine> {
  return {
    title: "ghz",
    command: await place.tool("ghz"),
    args: [
      ...["--insecure", "--proto", pathOf("./echo.proto"), "--call", GRPC_METHOD],
      ...["--data", JSON.stringify({ text: TEXT }), "--connections", "1", "--total", String(shape.calls)],
      ...shape.kind === "closed" ? ["--concurrency", String(shape.inFlight)] : [
        ...["--rps", String(shape.ratePerSecond)],
        ...shape.isPatient ? [] : ["--concurrency", "100", "--async"],
      ],
      `127.0.0.1:${port}`,
    ],
  };
}

/** h2load, which posts the same bytes: the message with the five bytes that gRPC puts before it. */
export async function h2load(
  place: Place,
  port: number,
  shape: LoadShape & { readonly kind: "closed" },
  folder: string,
): Promise<CommandLine> {
  const body = `${folder}/message.bin`;
  await Deno.writeFile(body, framedMessage());
  return {
    title: "h2load",
    command: await place.tool("h2load"),
    args: [
      ...["--requests", String(shape.calls), "--clients", "1", "--threads", "1"],
      ...["--max-concurrent-streams", String(shape.inFlight), "--data", body],
      ...["--header", "content-type: application/grpc", "--header", "te: trailers"],
      `http://127.0.0.1:${port}/${GRPC_METHOD}`,
    ],
  };
}

/** autocannon on Deno, over HTTP/1.1, which is all that it speaks. */
export function autocannon(port: number, shape: LoadShape): CommandLine {
  return {
    title: "autocannon",
    command: Deno.execPath(),
    args: [
      ...["run", "--quiet", "--no-lock", "--no-config", "--no-prompt"],
      ...["--allow-net=127.0.0.1", "--allow-read", "--allow-env", "--allow-sys", AUTOCANNON],
      ...["--json", "--no-progress", "--amount", String(shape.calls)],
      ...shape.kind === "closed"
        ? ["--connections", String(shape.inFlight)]
        : ["--connections", String(AUTOCANNON_CONNECTIONS), "--overallRate", String(shape.ratePerSecond)],
      `http://127.0.0.1:${port}/`,
    ],
  };
}

/** The Go gRPC server; notes arrivals where a file is given. */
export async function grpcServer(place: Place, arrivals?: string): Promise<CommandLine> {
  return {
    title: "grpc-echo-server",
    command: await place.tool("grpc-echo-server"),
    args: ["--address", "127.0.0.1:0", ...arrivals === undefined ? [] : ["--arrivals", arrivals]],
  };
}

/** One of the far ends of bench-driver. */
export async function driverServer(
  place: Place,
  kind: "sink" | "echo" | "http1",
  arrivals?: string,
): Promise<CommandLine> {
  return {
    title: `bench-driver serve ${kind}`,
    command: await place.tool("bench-driver"),
    args: ["serve", "--kind", kind, ...arrivals === undefined ? [] : ["--arrivals", arrivals]],
  };
}

/** A gRPC message: not compressed, length, then field 1 as protobuf has it. */
function framedMessage(): Uint8Array {
  const text = new TextEncoder().encode(TEXT);
  return Uint8Array.of(0, 0, 0, 0, text.length + 2, 0x0a, text.length, ...text);
}
