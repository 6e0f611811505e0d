import type { MeshAdapter } from "../model/mesh.ts";
import { direct } from "../mesh/direct.ts";
import { envoy } from "../mesh/envoy.ts";
import { reference } from "../mesh/reference.ts";
import { UsageError } from "./exit.ts";

/** The meshes that come with the harness, the controls first. */
export const MESHES: readonly MeshAdapter[] = [reference, direct, envoy];

/** @throws UsageError When a name is not known. */
export function meshesNamed(names: string | undefined): readonly MeshAdapter[] {
  if (names === undefined) return MESHES;
  return names.split(",").map((name) => {
    const mesh = MESHES.find((each) => each.name === name.trim());
    if (mesh !== undefined) return mesh;
    const known = MESHES.map((each) => each.name).join(", ");
    throw new UsageError(
      `--mesh ${names}: expected names of ${known}, separated by commas, found "${name.trim()}"`,
    );
  });
}
