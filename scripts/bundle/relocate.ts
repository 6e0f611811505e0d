/**
 * Gives the modules of a bundle their places back. A bundler puts all into one file, but what a module reads beside
 * itself (`new URL("../proto", import.meta.url)`, `__dirname`) it still looks for from where its own source stood. Here
 * each such place becomes one relative to the bundle, and the data files that are read there are listed.
 */

/** A file or folder that must stand beside the bundle. */
export interface DataFile {
  /** Relative to the repository's root. */
  readonly from: string;
  /** Relative to the folder of all bundles. */
  readonly to: string;
  /** False where a package may look for what it was not shipped with. */
  readonly required: boolean;
}

/** The bundle as it must be written. */
export interface Relocated {
  readonly text: string;
  readonly data: readonly DataFile[];
}

/** `deno bundle` says above each module where it is from, relative to the working folder. */
const MODULE = /^\/\/ ((?:\.\.\/)*[^\s:]+\.(?:[cm]?[jt]s|json))$/;
/** A package's place in Deno's cache: the registry's host, then name and version. */
const PACKAGE = /^.*\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+\/\d[^/]*)\/(.*)$/;
const DATA_OF_MODULE = /new URL\(\s*"(\.[^"]*)",\s*import\.meta\.url,?\s*\)/g;
const DATA_OF_PACKAGE = /`\$\{__dirname\}\/([^`$]+)`|path\d*\.(?:join|resolve)\(__dirname, "([^"]+)"\)/g;
/** Whatever tells a module where it is. */
const PLACE = /import\.meta\.resolve\(|import\.meta\.url|\b__dirname\b|\b__filename\b/g;
const SOURCE = /\.[cm]?[jt]s$/;

/**
 * Relocates a bundle.
 *
 * @param text What `deno bundle` made with the repository's root as working folder.
 * @param bundlePath Where the bundle will stand, relative to the folder of all bundles.
 */
export function relocate(text: string, bundlePath: string): Relocated {
  const data = new Map<string, DataFile>();
  const up = "../".repeat(bundlePath.split("/").length - 1);
  let module = "";
  // Several lines of a module are read as one text: a call may be broken over lines.
  const parts: { module: string; lines: string[] }[] = [{ module, lines: [] }];
  for (const line of text.split("\n")) {
    const [, named] = MODULE.exec(line) ?? [];
    if (named !== undefined) parts.push({ module: module = named, lines: [] });
    parts.at(-1)?.lines.push(line);
  }
  const moved = parts.map(({ module, lines }) => {
    const part = lines.join("\n");
    if (module === "") return part;
    const place = placeOf(module);
    for (const { 1: target = "" } of part.matchAll(DATA_OF_MODULE)) {
      if (!SOURCE.test(target)) note(data, module, target, true);
    }
    for (const found of part.matchAll(DATA_OF_PACKAGE)) {
      // A proto imports others that lie beside it: the folder is taken as a whole.
      note(data, module, (found[1] ?? found[2] ?? "").replace(/\/[^/]+\.proto$/, ""), false);
    }
    const url = `new URL(${JSON.stringify(up + place)}, import.meta.url)`;
    const replacements: Readonly<Record<string, string>> = {
      "import.meta.resolve(": `((name) => new URL(name, ${url}).href)(`,
      "import.meta.url": `${url}.href`,
      __dirname: `decodeURIComponent(new URL(".", ${url}).pathname.slice(0, -1))`,
      __filename: `decodeURIComponent(${url}.pathname)`,
    };
    return part.replaceAll(PLACE, (found) => replacements[found] ?? found);
  });
  return { text: moved.join("\n"), data: [...data.values()] };
}

function note(data: Map<string, DataFile>, module: string, target: string, required: boolean): void {
  const from = join(module, target);
  const to = join(placeOf(module), target);
  if (to.startsWith("../")) {
    throw new Error(`Cannot bundle ${module}: it reads ${target}, which is outside of the repository`);
  }
  data.set(to, { from, to, required });
}

/** Where a module's source counts as standing, relative to the folder of all bundles. */
function placeOf(module: string): string {
  const [, name, path] = PACKAGE.exec(module) ?? [];
  return name === undefined ? module : `npm/${name}/${path}`;
}

/** Resolves a path from a file's folder; leading `../` stay. */
function join(file: string, target: string): string {
  const parts = file.split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "." || part === "") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}
