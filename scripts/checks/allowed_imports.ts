import { type Breach, isTest, type SourceFile } from "./source_file.ts";

/**
 * What each part may import, beside itself: one table, read from top to bottom as the data flows. An entry that ends
 * in `.ts` is one file, any other a folder. Whatever is not here is forbidden.
 */
export const ALLOWED_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  "harness/model": [],
  "harness/judge": ["harness/model"],
  // HTTP/2 and gRPC as bytes, for whoever speaks them below the level of a library.
  "harness/wire": ["harness/model"],
  "harness/runtime": ["harness/model"],
  "harness/observe": ["harness/model", "harness/runtime"],
  "harness/load": ["harness/model", "harness/runtime", "harness/wire"],
  "harness/faults": ["harness/model", "harness/runtime", "harness/wire"],
  "harness/control": ["harness/model", "harness/runtime"],
  // An adapter translates policy and starts its program: it never sees a judge, a load or a fault.
  "harness/mesh": [
    "harness/model",
    "harness/runtime",
    "harness/control",
    "fixtures/reference/protocol.ts",
    "fixtures/services/protocol.ts",
    "fixtures/sidecar/protocol.ts",
  ],
  // Running only records. The one judgement it asks for is whether a cell must be run once more alone.
  "harness/engine": [
    "harness/model",
    "harness/runtime",
    "harness/control",
    "harness/faults",
    "harness/load",
    "harness/mesh",
    "harness/observe",
    "harness/judge/judge_cell.ts",
    // The journeys of its calls are told from the joined history.
    "harness/judge/history.ts",
    // Whether all spans have come is a question of the forest that they make.
    "harness/judge/span_forest.ts",
    "fixtures/services/protocol.ts",
    "fixtures/mutants/mod.ts",
  ],
  "harness/report": ["harness/model"],
  // It starts every side as a user does, so it imports none of what it measures: only what reads its report.
  "harness/bench": [
    "harness/model",
    "harness/runtime",
    "harness/load/record/steal.ts",
    "harness/load/record/reports/load_report.ts",
    "harness/report/bench_schema.ts",
  ],
  // What a scenario or an adapter of somebody else's may lean on.
  "harness/mod.ts": ["harness/model", "harness/judge"],
  "harness/cli": ["harness", "fixtures", "scenarios"],
  "fixtures/services": [
    "harness/model",
    "harness/runtime/grpc.ts",
    "harness/runtime/safe_http2.ts",
    "harness/control",
    "harness/observe/profiles/v8_recorder.ts",
  ],
  "fixtures/reference": [
    "harness/model",
    "harness/runtime/grpc.ts",
    "harness/runtime/safe_http2.ts",
    "harness/control",
    "harness/observe/profiles/v8_recorder.ts",
    // Its main alone, to run as one of them.
    "fixtures/mutants/mod.ts",
  ],
  // The far ends of the tunnel and of the remote links: what both ends share.
  "fixtures/relay": [
    "harness/model",
    "harness/runtime/knock.ts",
    "harness/runtime/docker/first_line.ts",
    "harness/runtime/docker/listen_at.ts",
    "harness/runtime/docker/splice.ts",
    "harness/runtime/docker/tunnel_protocol.ts",
  ],
  "fixtures/link": ["harness/model", "harness/faults", "harness/wire", "harness/runtime/line_splitter.ts"],
  // The reference mesh, standing in every pod.
  "fixtures/sidecar": [
    "harness/model",
    "harness/runtime/safe_http2.ts",
    "fixtures/reference",
    "fixtures/mutants/mod.ts",
  ],
  "fixtures/programs": [
    "harness/model",
    "harness/wire",
    "harness/runtime/occupy.ts",
    "harness/runtime/line_splitter.ts",
  ],
  // What an adapter does for a cell, as a program that goes on; and a load that does.
  "fixtures/demo": [
    "harness/model",
    "harness/control",
    "harness/mesh/envoy.ts",
    "harness/mesh/envoy",
    "harness/load",
    "fixtures/services",
  ],
  "fixtures/mutants": ["harness/model", "fixtures/reference"],
  "fixtures/tools": ["harness/model"],
  scenarios: ["harness/model", "harness/judge", "harness/mod.ts"],
  scripts: ["harness", "fixtures", "scenarios", "types"],
  types: [],
};

/** What a test may import beside what its own part may: stand-ins and things to test against. */
export const ALLOWED_IN_TESTS: readonly string[] = [
  "types",
  "fixtures",
  "harness/model",
  "harness/judge",
  "harness/runtime",
  "harness/control",
  "harness/faults",
  "harness/observe",
  "harness/wire",
];

/**
 * Every import that leaves its part for one that the table does not name, and every file that is in no part. deno.json,
 * which holds our own version, is everybody's.
 */
export function checkAllowedImports(
  files: readonly SourceFile[],
  table: Readonly<Record<string, readonly string[]>> = ALLOWED_IMPORTS,
): Breach[] {
  return files.flatMap(({ path, imports }) => {
    const part = Object.keys(table).find((each) => isWithin(path, each));
    if (part === undefined) {
      return [{
        path,
        line: 0,
        message: `expected a file of ${Object.keys(table).join(", ")}; found none of these`,
      }];
    }
    const allowed = [part, "deno.json", ...(table[part] ?? []), ...(isTest(path) ? ALLOWED_IN_TESTS : [])];
    return imports.flatMap(({ target, kind, line }) => {
      if (target === undefined || kind === "reference") return [];
      if (allowed.some((each) => isWithin(target, each))) return [];
      return [{
        path,
        line,
        message: `imports ${target}: ${part} may import ${
          (table[part] ?? []).join(", ") || "nothing"
        }; move the code, or change the table in scripts/checks/allowed_imports.ts`,
      }];
    });
  });
}

function isWithin(path: string, part: string): boolean {
  return path === part || path.startsWith(`${part}/`);
}
