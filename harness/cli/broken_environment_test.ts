import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Workplace } from "./testing/workplace.ts";
import type { CliOptions } from "./testing/started_cli.ts";

const RUN = ["run", "--scenario", "routing/no_route", "--mesh", "direct"];

/** Ends with 70, a message that holds these words, and nothing left; gives the message. */
async function breaks(workplace: Workplace, options: CliOptions, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await workplace.run([...RUN, "--out", "small/out"], options);
  assertEquals({ code, stdout }, { code: 70, stdout: "" }, stderr);
  for (const word of words) assertStringIncludes(stderr, word);
  assert(!/^ +at .*\.ts:\d/m.test(stderr), `no stack trace: ${stderr}`);
  assertEquals(stderr.split("\n").filter((line) => line.startsWith("meshproof: ")).length, 1, stderr);
  assertEquals(await workplace.leftovers(), []);
  return stderr;
}

async function script(workplace: Workplace, name: string, text: string): Promise<string> {
  await workplace.write(name, `#!/bin/sh\n${text}\n`);
  await Deno.chmod(`${workplace.folder}/${name}`, 0o755);
  return `${workplace.folder}/${name}`;
}

Deno.test("meshproof run quotes a tool that dies at start, with its name and how it ended", async () => {
  await using workplace = await Workplace.open();
  const etcd = await script(
    workplace,
    "etcd",
    `[ "$1" = --version ] && { echo "etcd Version: 3.7.3"; exit 0; }; echo "my disk is sour" >&2; exit 3`,
  );
  await breaks(
    workplace,
    { env: { MESHPROOF_TOOL_ETCD: etcd } },
    '"registry-',
    "ended with exit code 3",
    "my disk is sour",
  );
});

Deno.test("meshproof run quotes a tool that cannot tell its version, and says how to get one that can", async () => {
  await using workplace = await Workplace.open();
  const broken = await script(workplace, "broken", `echo "libfoo.so.1: not found" >&2; exit 127`);
  const other = await script(workplace, "other", `echo "I am no registry"`);
  const howTo = ["Cannot get the tool etcd", "MESHPROOF_TOOL_ETCD", "Any of these helps:", "on PATH"];
  await breaks(
    workplace,
    { env: { MESHPROOF_TOOL_ETCD: broken } },
    "failed with exit code 127: libfoo.so.1: not found",
    ...howTo,
  );
  await breaks(
    workplace,
    { env: { MESHPROOF_TOOL_ETCD: other } },
    "names no version: expected /etcd Version: ",
    "found I am no registry",
    ...howTo,
  );
  await breaks(
    workplace,
    { env: { MESHPROOF_TOOL_ETCD: `${workplace.folder}/nosuch` } },
    "nosuch",
    "No such file",
    ...howTo,
  );
});

Deno.test("meshproof doctor says that a tool on PATH has the wrong version, ends with 2, and how to get the right one", async () => {
  await using workplace = await Workplace.open();
  await script(workplace, "bin/etcd", `echo "etcd Version: 3.4.23"`);
  const env = {
    PATH: `${workplace.folder}/bin:${Deno.env.get("PATH")}`,
    MESHPROOF_CACHE: `${workplace.folder}/cache`,
    DENO_DIR: await denoFolder(),
  };
  const { code, stdout, stderr } = await workplace.run(["doctor"], { env });
  assertEquals([code, stderr], [2, ""]);
  assertStringIncludes(stdout, "not there yet");
  assertStringIncludes(stdout, "bin/etcd is version 3.4.23, expected 3.7.3 or a later patch of it");
  assertStringIncludes(stdout, "to get it: ");
});

/** Where Deno keeps what it had downloaded: elsewhere it would have to do so again. */
async function denoFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return (JSON.parse(new TextDecoder().decode(stdout)) as { denoDir: string }).denoDir;
}

Deno.test("meshproof run says where it cannot write its reports, before anything is started", async () => {
  await using workplace = await Workplace.open();
  await workplace.write("small", "a regular file");
  const stderr = await breaks(
    workplace,
    {},
    "Cannot write the reports to small/out: Not a directory",
    "choose another folder with --out",
  );
  assert(stderr.startsWith("meshproof: "), stderr);
});

Deno.test("meshproof run says that its state folder is none", async () => {
  await using workplace = await Workplace.open();
  await workplace.write(".meshproof", "a regular file");
  await breaks(workplace, {}, "Cannot read the run ledgers in ", ".meshproof/ledger: Not a directory");
});

/** Puts a file system of a given kind on `small`, seen by the program alone and gone with it. */
function onFileSystem(options: string): readonly string[] {
  const asRoot = Deno.uid() === 0 ? [] : ["--map-root-user"];
  const mount = 'mkdir -p small && mount -t tmpfs -o "$0" none small && exec "$@"';
  return ["unshare", ...asRoot, "--mount", "sh", "-c", mount, options];
}

function canMount(): boolean {
  const folder = Deno.makeTempDirSync({ prefix: "meshproof-cli-mount-" });
  try {
    const [command = "", ...args] = [...onFileSystem("size=4k"), "true"];
    return new Deno.Command(command, { args, cwd: folder, stderr: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const ignore = !canMount();
const needs = ignore ? " (left out: needs to mount a tmpfs in a namespace of its own)" : "";

Deno.test({ name: `meshproof run says that the disk is full${needs}`, ignore }, async () => {
  // No room for a single log line, and room for half a history.
  for (const size of ["size=4k", "size=160k"]) {
    await using workplace = await Workplace.open();
    await breaks(
      workplace,
      { wrapper: onFileSystem(size) },
      "error        direct.routing.no_route",
      "No space left on device",
      "free space or choose another folder with --out",
    );
  }
});

Deno.test(
  { name: `meshproof run says that its reports' file system is read-only${needs}`, ignore },
  async () => {
    await using workplace = await Workplace.open();
    const stderr = await breaks(
      workplace,
      { wrapper: onFileSystem("ro") },
      "Cannot write the reports to small/out: Read-only file system",
    );
    assert(stderr.startsWith("meshproof: "), stderr);
  },
);
