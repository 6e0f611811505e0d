import type { MeshAdapter } from "../model/mesh.ts";
import { loadAdapter } from "../engine/load_adapter.ts";
import { direct } from "../mesh/direct.ts";
import { envoy } from "../mesh/envoy.ts";
import { reference } from "../mesh/reference.ts";
import { UsageError } from "./exit.ts";

/** The meshes that come with the harness, the controls first. */
export const MESHES: readonly MeshAdapter[] = [reference, direct, envoy];

/**
 * The meshes of those names, each once, and all of `own` beside them.
 *
 * @param names Separated by commas. Default: all.
 * @throws {UsageError} When a name is not known.
 */
export function meshesNamed(
  names: string | undefined,
  own: readonly MeshAdapter[] = [],
): readonly MeshAdapter[] {
  const all = [...MESHES, ...own];
  if (names === undefined) return all;
  const named = names.split(",").map((name) => {
    const mesh = all.find((each) => each.name === name.trim());
    if (mesh !== undefined) return mesh;
    const known = all.map((each) => each.name).join(", ");
    throw new UsageError(
      `--mesh ${names}: expected names of ${known}, separated by commas, found "${name.trim()}"`,
    );
  });
  return [...new Set([...named, ...own])];
}

/**
 * Adapters of the user's own.
 *
 * @throws {UsageError} When a file holds none, or one whose name another mesh has.
 */
export async function ownMeshes(files: readonly string[] = []): Promise<readonly MeshAdapter[]> {
  const own: MeshAdapter[] = [];
  for (const file of files) {
    const adapter = await loadAdapter(file).catch((error: Error) => {
      throw new UsageError(`--adapter ${error.message}`);
    });
    if ([...MESHES, ...own].some((mesh) => mesh.name === adapter.name)) {
      throw new UsageError(
        `--adapter ${file}: expected a name of its own, found "${adapter.name}", which another mesh has`,
      );
    }
    own.push(adapter);
  }
  return own;
}
