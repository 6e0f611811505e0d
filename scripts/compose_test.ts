import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { docker } from "../harness/runtime/docker/client.ts";
import { ensureImages } from "../harness/runtime/docker/images.ts";
import { fakeTool } from "../harness/runtime/testing/fake_tool.ts";
import { WITHOUT_DOCKER } from "../harness/runtime/testing/without_docker.ts";
import { toFileUrl } from "./checks/testing/to_file_url.ts";

/** The task as deno.json has it, without Deno itself. */
async function task(): Promise<string[]> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url))) as {
    tasks: Record<string, { command: string }>;
  };
  return config.tasks["compose-check"]?.command.split(" ").slice(1) ?? [];
}

async function start(args: readonly string[], env: Record<string, string> = {}): Promise<Deno.ChildProcess> {
  return new Deno.Command(Deno.execPath(), {
    args: [...await task(), ...args],
    cwd: new URL("../", import.meta.url),
    ...{ env, stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
}

/** Runs the check with stand-ins for `docker` and `promtool`. */
async function checkWith(
  tools: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ code: number; stdout: string }> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, script] of Object.entries(tools)) await fakeTool(`${folder}/${name}`, script);
    const child = await start(args, { PATH: `${folder}:${Deno.env.get("PATH")}` });
    const { code, stdout } = await child.output();
    return { code, stdout: new TextDecoder().decode(stdout) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const compose = (config: string) => `case "$*" in *version*) echo 2.24.1 ;; *config*) ${config} ;; esac`;

Deno.test("compose-check --config-only passes when Compose and promtool have nothing to say", async () => {
  const tools = { docker: compose("exit 0"), promtool: "exit 0" };
  const { code, stdout } = await checkWith(tools, "--config-only");
  assertStringIncludes(stdout, "3 passed, 0 failed");
  assertEquals(code, 0);
});

Deno.test("compose-check --config-only fails on an error, on a warning, and on what promtool refuses", async () => {
  const cases: [Record<string, string>, string][] = [
    [{ docker: compose("echo 'services.x is wrong' >&2; exit 15") }, "exit code 15: services.x is wrong"],
    [{ docker: compose("echo 'level=warning msg=obsolete' >&2") }, "exit code 0: level=warning msg=obsolete"],
    [{ docker: compose("exit 0"), promtool: "echo 'unknown field'; exit 1" }, "unknown field"],
  ];
  for (const [tools, words] of cases) {
    const { code, stdout } = await checkWith(tools, "--config-only");
    assertStringIncludes(stdout, words);
    assertStringIncludes(stdout, "1 failed");
    assertEquals(code, 1);
  }
});

Deno.test("compose-check exits 64 on arguments that it does not know", async () => {
  const { code } = await (await start(["--all"])).output();
  assertEquals(code, 64);
});

Deno.test("the real Compose has nothing to say of docker-compose.yml", {
  // Where it is not there, it would be built for minutes; `deno task compose-check` does that.
  ignore: WITHOUT_DOCKER,
}, async () => {
  const { code, stdout } = await (await start(["--config-only"])).output();
  assertEquals(code, 0, new TextDecoder().decode(stdout));
});

Deno.test("compose-check that is ended in the middle of a start leaves nothing behind", {
  ignore: WITHOUT_DOCKER,
}, async () => {
  await ensureImages(["etcd", "programs", "envoy"]);
  const temporary = await Deno.makeTempDir();
  try {
    const child = await start(["--prebuilt"], { TMPDIR: temporary });
    let name = "";
    let isStarting = false;
    const decoder = new TextDecoder();
    const watch = async (stream: ReadableStream<Uint8Array>) => {
      for await (const bytes of stream) {
        const text = decoder.decode(bytes);
        name ||= /meshproof-check-[0-9a-f]{8}/.exec(text)?.[0] ?? "";
        // Some run, others are on their way.
        if (!isStarting && /etcd-\d+-1\s+Started/.test(text)) {
          isStarting = true;
          child.kill("SIGTERM");
        }
      }
    };
    const [{ code }] = await Promise.all([child.status, watch(child.stdout), watch(child.stderr)]);
    assert(isStarting && name !== "", "it never started a container");
    assertEquals(code, 143);
    const { dockerode } = await docker();
    const filters = JSON.stringify({ label: [`com.docker.compose.project=${name}`] });
    assertEquals(await dockerode.listContainers({ all: true, filters }), []);
    assertEquals(await dockerode.listNetworks({ filters }), []);
    assertEquals((await dockerode.listVolumes({ filters })).Volumes ?? [], []);
    assertEquals(await dockerode.listImages({ filters: JSON.stringify({ reference: [`${name}-*`] }) }), []);
    assertEquals(await Array.fromAsync(Deno.readDir(toFileUrl(temporary)), (entry) => entry.name), []);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
});
