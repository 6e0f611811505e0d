// deno-lint-ignore-file no-console -- a program that prints
/**
 * Checks the demo of docker-compose.yml: `deno task compose-check [--config-only | --prebuilt]`. The files are checked
 * first; then what can be built here is built from a copy of what a clone holds, started under a name of its own on free
 * ports, called through Envoy, and taken down again, whatever happens.
 *
 *     --config-only   only docker-compose.yml and prometheus.yaml; no daemon is needed
 *     --prebuilt      start the images of `deno task images` in place of building them once more
 *
 * Exit codes: 0 all is well, 1 a check failed, 64 bad arguments, 70 no Compose or no Docker, 130 and 143 interrupted.
 */
import { Interrupted, onInterrupt } from "../harness/cli/interrupt.ts";
import { errorText } from "../harness/model/error_text.ts";
import { ensureBaseImage } from "../harness/runtime/docker/base_image.ts";
import { docker } from "../harness/runtime/docker/client.ts";
import { ensureImages } from "../harness/runtime/docker/images.ts";
import { freePorts } from "../harness/runtime/free_ports.ts";
import { runProgram } from "../harness/runtime/run_program.ts";
import { Tools } from "../harness/runtime/tools.ts";
import { COMPOSE_FILE, DemoProject } from "./compose/demo_project.ts";
import { callsGoThroughEnvoy, followsItsPolicy } from "./compose/examine.ts";
import { type Compose, findCompose } from "./compose/find_compose.ts";
import { stagePlainClone } from "./compose/plain_clone.ts";

const ROOT = new URL("../", import.meta.url);
const LOOK_MS = 60_000;
const OPTIONS = ["--config-only", "--prebuilt"];

const totals = { passed: 0, failed: 0 };

/** One thing that passes or fails; what comes after a failure is not tried, since it stands on what came before. */
async function check(what: string, run: () => Promise<unknown>): Promise<void> {
  const startedMs = performance.now();
  try {
    await run();
  } catch (error) {
    totals.failed++;
    if (!(error instanceof Interrupted)) console.log(`FAILED ${what}: ${errorText(error)}`);
    throw error;
  }
  totals.passed++;
  console.log(`ok     ${what} (${((performance.now() - startedMs) / 1000).toFixed(1)} s)`);
}

const progress = (line: string) => console.error(`       ${line}`);

async function checkFiles(compose: Compose, signal: AbortSignal): Promise<void> {
  const variants = { "as it is": {}, "without observability": { MESHPROOF_DEMO_OTLP_URL: "" } };
  for (const [name, env] of Object.entries(variants)) {
    await check(`docker compose config, ${name}`, async () => {
      const args = [...compose.args, "--file", COMPOSE_FILE, "config", "--quiet"];
      const { code, output } = await runProgram(compose.command, args, {
        ...{ folder: decodeURIComponent(ROOT.pathname), env, timeoutMs: LOOK_MS, signal },
      });
      // What it only warns of (an unset variable, an obsolete field) is a mistake of ours as well.
      if (code !== 0 || output !== "") throw new Error(`exit code ${code}: ${output}`);
    });
  }
  if (!await isOnPath("promtool")) {
    console.log(
      "-      promtool check config: promtool is not on PATH (Debian: prometheus), so nobody looked",
    );
    return;
  }
  await check("promtool check config", async () => {
    const file = decodeURIComponent(new URL("fixtures/demo/prometheus.yaml", ROOT).pathname);
    const { code, output } = await runProgram("promtool", ["check", "config", file], {
      timeoutMs: LOOK_MS,
      signal,
    });
    if (code !== 0) throw new Error(output);
  });
}

async function isOnPath(program: string): Promise<boolean> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (await Deno.stat(`${folder}/${program}`).then(({ isFile }) => isFile, () => false)) return true;
  }
  return false;
}

async function checkDemo(compose: Compose, isPrebuilt: boolean, signal: AbortSignal): Promise<void> {
  const { dockerode } = await docker();
  const folder = await Deno.makeTempDir({ prefix: "meshproof-compose-" });
  try {
    await check("the files of a clone", () => stagePlainClone(ROOT, folder));
    const [front, echo, admin] = freePorts(3);
    const name = `meshproof-check-${crypto.randomUUID().slice(0, 8)}`;
    console.log(`project ${name}`);
    const project = new DemoProject({
      ...{ compose, dockerode, name, folder, signal, onProgress: progress },
      variables: {
        MESHPROOF_DEMO_FRONT_PORT: `${front}`,
        MESHPROOF_DEMO_ECHO_PORT: `${echo}`,
        MESHPROOF_DEMO_ENVOY_PORT: `${admin}`,
        MESHPROOF_DEMO_OTLP_URL: "",
      },
    });
    try {
      if (isPrebuilt) {
        await check("images", async () =>
          project.take(
            await ensureImages(["etcd", "programs", "envoy"], { onProgress: progress, signal }),
          ));
      } else {
        await check("docker compose build", async () => {
          await ensureBaseImage(dockerode, progress, signal);
          await project.build();
        });
      }
      await check("docker compose up --wait load", () => project.up("load"));
      await check("calls go through Envoy", () => callsGoThroughEnvoy(`127.0.0.1:${front}`, project));
      await check(
        "SIGHUP makes the control plane follow its policy",
        () => followsItsPolicy(`127.0.0.1:${echo}`, project, `${folder}/fixtures/demo/policy.yaml`),
      );
    } finally {
      await check("docker compose down leaves nothing", () => project.takeDown());
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((argument) => !OPTIONS.includes(argument));
  if (unknown !== undefined || args.length > 1) {
    console.error(`compose-check: expected nothing or one of ${OPTIONS.join(", ")}, found ${args.join(" ")}`);
    return 64;
  }
  using interrupt = onInterrupt();
  const { signal } = interrupt;
  try {
    const compose = await findCompose(new Tools({ onProgress: progress, signal }));
    console.log(`docker compose ${compose.version}: ${[compose.command, ...compose.args].join(" ")}`);
    await checkFiles(compose, signal);
    if (!args.includes("--config-only")) await checkDemo(compose, args.includes("--prebuilt"), signal);
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error(`compose-check: ${error.message}`);
      return error.exitCode;
    }
    if (totals.failed === 0) {
      console.error(`compose-check: ${errorText(error)}`);
      return 70;
    }
  }
  console.log(`${totals.passed} passed, ${totals.failed} failed`);
  return totals.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
