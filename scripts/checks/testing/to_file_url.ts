import { pathToFileURL } from "node:url";

/** A folder's path as a URL that relative names can be joined to. */
export function toFileUrl(folder: string): URL {
  return pathToFileURL(`${folder}/`);
}
