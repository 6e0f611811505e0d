import { errorText } from "../model/error_text.ts";
import { pathToFileURL } from "node:url";
import { FEATURES, type MeshAdapter } from "../model/mesh.ts";

/**
 * Loads a mesh adapter of somebody else's: the default export of a file, or its export `adapter`.
 *
 * @param file Relative to the working folder, or absolute.
 * @throws {TypeError} When the file cannot be loaded or exports no adapter; names the file and all that is missing.
 */
export async function loadAdapter(file: string): Promise<MeshAdapter> {
  let module: { readonly default?: unknown; readonly adapter?: unknown };
  try {
    module = await import(pathToFileURL(await Deno.realPath(file)).href);
  } catch (error) {
    throw new TypeError(
      `${file}: expected a TypeScript file with a mesh adapter, found: ${errorText(error)}`,
    );
  }
  const adapter = module.default ?? module.adapter;
  const problems = problemsOf(adapter);
  if (problems.length === 0) return adapter as MeshAdapter;
  throw new TypeError(
    `${file}: expected a MeshAdapter (harness/model/mesh.ts) as default export or as export "adapter", found ${
      problems.join("; ")
    }`,
  );
}

function problemsOf(value: unknown): string[] {
  if (value === undefined) return ["neither"];
  if (typeof value !== "object" || value === null) {
    return [`a ${value === null ? "null" : typeof value}`];
  }
  const adapter = value as Partial<Record<keyof MeshAdapter, unknown>>;
  const problems: string[] = [];
  const demand = (holds: boolean, problem: string) => {
    if (!holds) problems.push(problem);
  };
  // It becomes part of file names and of `<run>:<mesh>/<scenario>`.
  const isName = typeof adapter.name === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(adapter.name);
  demand(isName, `name ${JSON.stringify(adapter.name)} (letters, digits, "-" and "_")`);
  if (adapter.features instanceof Set) {
    const unknown = [...adapter.features].filter((feature) => !FEATURES.includes(feature));
    demand(unknown.length === 0, `features ${unknown.join(", ")} (known: ${FEATURES.join(", ")})`);
  } else problems.push("no features (a Set)");
  demand(
    Array.isArray(adapter.tools) && adapter.tools.every((tool) => typeof tool === "string"),
    "no tools (a list of names, which may be empty)",
  );
  demand(
    typeof adapter.unsupportedFields === "object" && adapter.unsupportedFields !== null,
    "no unsupportedFields (a mapping from field to reason, which may be empty)",
  );
  demand(typeof adapter.version === "function", "no version()");
  demand(typeof adapter.start === "function", "no start()");
  return problems;
}
