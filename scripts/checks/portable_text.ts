import type { Breach } from "./source_file.ts";
import type { TextFile } from "./repository.ts";

/** Home folders and the like of one machine. Joined from pieces, so that this file keeps its own rule. */
const MACHINE_PATH = new RegExp(`(?<![\\w.$}/-])/(${["work", "home", "root", "Users"].join("|")})/[\\w.-]`);

/** Package registries: a user's own mirror must do, so no file may send a client to one by name. */
const REGISTRY_HOST = new RegExp(
  [
    ["registry", "npmjs", "org"],
    ["registry", "yarnpkg", "com"],
    ["pypi", "org"],
    ["files", "pythonhosted", "org"],
    ["proxy", "golang", "org"],
    ["sum", "golang", "org"],
    ["crates", "io"],
    ["repo1", "maven", "org"],
    ["deb", "debian", "org"],
    ["jsr", "io"],
  ].map((labels) => `(?<![\\w.-])(static\\.|index\\.|www\\.)?${labels.join("\\.")}(?![\\w-])`).join("|"),
);

/** Every line that names a path of one machine or a package registry's host. */
export function checkPortableText(files: readonly TextFile[]): Breach[] {
  return files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((content, index) => {
      const machine = MACHINE_PATH.exec(content);
      const registry = REGISTRY_HOST.exec(content);
      return [
        ...(machine === null ? [] : [`names a path of one machine (${machine[0]}...): make it relative`]),
        ...(registry === null
          ? []
          : [`names a registry (${registry[0]}): leave it to the client's own configuration`]),
      ].map((message) => ({ path, line: index + 1, message }));
    })
  );
}
