/** Which daemon this process would talk to, without asking it: what the ledger writes down before the first container. */
import { socketPaths } from "./docker_host.ts";

/**
 * The daemon's address as DOCKER_HOST would say it; the same one that `status.ts` finds. Where there is none at all,
 * the place where it would be looked for first.
 */
export function engineHost(): string {
  const named = Deno.env.get("DOCKER_HOST");
  if (named) return named;
  const paths = socketPaths((name) => Deno.env.get(name), Deno.uid());
  return `unix://${paths.find(exists) ?? paths[0]}`;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // As in `status.ts`: a folder that may not be looked into may well hold it.
    return error instanceof Deno.errors.PermissionDenied;
  }
}
