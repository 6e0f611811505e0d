import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fakeTool, fakeWheel, PIN } from "./testing/fake_tool.ts";
import type { ToolPin } from "./tool_pin.ts";
import { Tools, type ToolsOptions, ToolUnavailableError } from "./tools.ts";

interface Bench {
  readonly folder: string;
  /** A folder on PATH, empty at first. */
  readonly bin: string;
  /** Tools that see this bench only. */
  tools(options?: ToolsOptions): Tools;
}

/** A pin folder, a cache and a PATH of the test's own. Packages come from the folder itself, never from an index. */
async function withBench(pin: Partial<ToolPin>, body: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  const bin = `${folder}/bin`;
  await Deno.mkdir(bin);
  await Deno.mkdir(`${folder}/pins`);
  await writePin(folder, pin);
  const env = {
    PATH: `${bin}:${Deno.env.get("PATH")}`,
    PIP_NO_INDEX: "1",
    PIP_FIND_LINKS: folder,
  };
  const tools = (options: ToolsOptions = {}) =>
    new Tools({
      pinFolder: `${folder}/pins`,
      cacheFolder: `${folder}/cache`,
      ...options,
      env: { ...env, ...options.env },
    });
  try {
    await body({ folder, bin, tools });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the pin file; the digest is not in it, for it is computed. */
async function writePin(folder: string, pin: Partial<ToolPin>): Promise<void> {
  const { digest: _, ...content } = { ...PIN, ...pin };
  await Deno.writeTextFile(`${folder}/pins/web.json`, JSON.stringify(content));
}

async function withWheel(
  script: string,
  change: (sha256: string) => string,
  body: (bench: Bench) => Promise<void>,
) {
  await withBench({}, async (bench) => {
    const source = await fakeWheel(bench.folder, script);
    const sha256 = Object.fromEntries(Object.entries(source.sha256).map(([key, sum]) => [key, change(sum)]));
    await writePin(bench.folder, { sources: [{ ...source, sha256 }] });
    await body(bench);
  });
}

Deno.test("Tools takes a tool of the right version on PATH, and passes over a wrong one", async () => {
  await withBench({}, async ({ bin, folder, tools }) => {
    await fakeTool(`${bin}/web`, "echo version 1.1.9");
    const error = await assertRejects(() => tools().path("web"), ToolUnavailableError);
    assertStringIncludes(String(error), `${bin}/web is version 1.1.9, expected 1.2.3`);
    const later = `${folder}/later`;
    await Deno.mkdir(later);
    await fakeTool(`${later}/web`, "echo version 1.2.4");
    const found = tools({ env: { PATH: `${bin}:${later}` } });
    assertEquals(await found.get("web"), { path: `${later}/web`, version: "1.2.4", where: "PATH" });
    assertEquals(await found.version("web"), "1.2.4");
  });
});

Deno.test("Tools takes any version that the user names by variable, and nothing else if that will not run", async () => {
  await withBench({}, async ({ bin, tools }) => {
    await fakeTool(`${bin}/web`, "echo version 1.2.3");
    const mine = await fakeTool(`${bin}/my-web`, "echo version 9.9.9");
    const env = { MESHPROOF_TOOL_WEB: mine };
    assertEquals(await tools({ env }).get("web"), { path: mine, version: "9.9.9", where: "variable" });
    const broken = { MESHPROOF_TOOL_WEB: "/nowhere/web" };
    const error = await assertRejects(() => tools({ env: broken }).path("web"), ToolUnavailableError);
    assertEquals((error as ToolUnavailableError).reasons.length, 1);
    assertStringIncludes(String(error), "MESHPROOF_TOOL_WEB:");
  });
});

Deno.test("Tools has a tool out of a wheel, and the next look finds it in the cache", async () => {
  await withWheel("echo version 1.2.3", (sum) => sum, async ({ folder, tools }) => {
    const progress: string[] = [];
    assertEquals((await tools().inspect()).map(({ ok }) => ok), [false]);
    const first = await tools({ onProgress: (line) => progress.push(line) }).get("web");
    assertEquals([first.version, first.where], ["1.2.3", "cache"]);
    assert(first.path.startsWith(`${folder}/cache/tools/web-1.2.3-`));
    assertEquals(progress[0], "web 1.2.3: pip download meshproof-fake==1.2.3");
    const second = await tools({ onProgress: (line) => progress.push(`again ${line}`) }).get("web");
    assertEquals(second, first);
    assert(!progress.some((line) => line.startsWith("again")));
    const [status] = await tools().inspect();
    assertEquals(status, {
      ...{ name: "web", wanted: "1.2.3", neededFor: "runs" },
      ...{ found: first, ok: true, reasons: [], howTo: [] },
    });
  });
});

Deno.test("Tools refuses a wheel that is not the pinned one", async () => {
  const other = (sum: string) => sum.replace(/^./, (digit) => digit === "0" ? "1" : "0");
  await withWheel("echo version 1.2.3", other, async ({ folder, tools }) => {
    const error = await assertRejects(() => tools().path("web"), ToolUnavailableError);
    assertStringIncludes(String(error), "DO NOT MATCH THE HASHES");
    assert(![...Deno.readDirSync(`${folder}/cache/tools`)].some(({ isDirectory }) => isDirectory));
  });
});

Deno.test("Tools refuses a tool that dies at its first start, and keeps nothing of it", async () => {
  await withWheel("echo wrong libc >&2; exit 127", (sum) => sum, async ({ folder, tools }) => {
    const error = await assertRejects(() => tools().path("web"), ToolUnavailableError);
    assertStringIncludes(String(error), "exit code 127: wrong libc");
    assert(![...Deno.readDirSync(`${folder}/cache/tools`)].some(({ isDirectory }) => isDirectory));
  });
});

Deno.test("Tools refuses a source that gives another version than the pinned one", async () => {
  await withWheel("echo version 1.2.9", (sum) => sum, async ({ tools }) => {
    await assertRejects(() => tools().path("web"), ToolUnavailableError, "version 1.2.9, expected 1.2.3");
  });
});

Deno.test("Tools names every way tried and every way to get it when a tool is nowhere", async () => {
  const sources: ToolPin["sources"] = [
    { kind: "wheel", package: "p", version: "1.2.3", file: "f", sha256: { "plan9-mips": "0".repeat(64) } },
    { kind: "go-build", module: "web" },
  ];
  await withBench({ sources }, async ({ bin, folder, tools }) => {
    await Deno.mkdir(`${folder}/pins/web`);
    const bare = tools({ env: { PATH: bin } });
    const error = await assertRejects(() => bare.path("web"), ToolUnavailableError) as ToolUnavailableError;
    assertEquals(error.reasons.map((reason) => reason.split(":")[0]), ["PATH", "cache", "wheel", "go-build"]);
    assertStringIncludes(error.reasons[2]!, "only for plan9-mips");
    assertStringIncludes(error.reasons[3]!, '"go" cannot be started');
    assertEquals(error.howTo.length, 5);
    assertStringIncludes(error.message, "set MESHPROOF_TOOL_WEB to the path");
    assertStringIncludes(error.message, "ask a friend");
    const [status] = await bare.inspect();
    assertEquals([status?.ok, status?.howTo], [false, error.howTo]);
  });
});

Deno.test("Tools says that its cache cannot be written", async () => {
  await withWheel("echo version 1.2.3", (sum) => sum, async ({ folder, tools }) => {
    const cacheFolder = `${folder}/pins/web.json/cache`;
    await assertRejects(() => tools({ cacheFolder }).path("web"), ToolUnavailableError, "cannot be written");
  });
});

Deno.test("Tools looks once for a tool that several ask for", async () => {
  await withBench({}, async ({ bin, folder, tools }) => {
    await fakeTool(`${bin}/web`, `echo asked >> ${folder}/asked; echo version 1.2.3`);
    const shared = tools();
    await Promise.all([shared.path("web"), shared.version("web"), shared.path("web")]);
    assertEquals(await Deno.readTextFile(`${folder}/asked`), "asked\n");
  });
});

Deno.test("Tools builds a Go module that is pinned beside its pin", async () => {
  const program = 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("version 1.2.3") }\n';
  await withBench({ sources: [{ kind: "go-build", module: "web" }] }, async ({ folder, tools }) => {
    const module = `${folder}/pins/web`;
    await Deno.mkdir(module);
    await Deno.writeTextFile(`${module}/go.mod`, "module meshproof.invalid/web\n\ngo 1.21\n");
    await Deno.writeTextFile(`${module}/main.go`, program.replace("1.2.3", '1.2.3")\n\tundefined('));
    const error = await assertRejects(() => tools().path("web"), ToolUnavailableError);
    assertStringIncludes(String(error), "go-build: go build failed with exit code 1");
    await Deno.writeTextFile(`${module}/main.go`, program);
    assertEquals((await tools().get("web")).where, "cache");
  });
});

Deno.test("Tools builds the package that a pin names, with the variables that it sets", async () => {
  const variables = { "main.version": "1.2.3" };
  const sources = [{ kind: "go-build" as const, module: "web", package: "./cmd", variables }];
  await withBench({ sources }, async ({ folder, tools }) => {
    const module = `${folder}/pins/web`;
    await Deno.mkdir(`${module}/cmd`, { recursive: true });
    await Deno.writeTextFile(`${module}/go.mod`, "module meshproof.invalid/web\n\ngo 1.21\n");
    await Deno.writeTextFile(
      `${module}/cmd/main.go`,
      'package main\n\nimport "fmt"\n\nvar version = "dev"\n\nfunc main() { fmt.Println("version", version) }\n',
    );
    assertEquals((await tools().get("web")).where, "cache");
  });
});
