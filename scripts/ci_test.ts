import { assert, assertEquals } from "@std/assert";
import { toFileUrl } from "./checks/testing/to_file_url.ts";

/** What each part of `.ci/run` prints and how it ends, when `npx` is a stand-in. */
type Parts = Readonly<
  Record<
    "base-image" | "images" | "test" | "ok" | "run" | "meshproof mutants" | "same-verdicts" | "compose-check",
    { readonly prints: string; readonly code: number }
  >
>;

const GOOD: Parts = {
  "base-image": { prints: "was there", code: 0 },
  images: { prints: "were there", code: 0 },
  test: { prints: "ok | 10 passed (2 steps) | 0 failed (3s)", code: 0 },
  ok: { prints: "== format\nok\n\n15 passed, 0 failed", code: 0 },
  run: { prints: "score", code: 0 },
  "meshproof mutants": { prints: "killed", code: 0 },
  "same-verdicts": { prints: "81 verdicts compared, 0 differ", code: 0 },
  "compose-check": { prints: "9 passed, 0 failed", code: 0 },
};

/** What the machine has of Docker. */
interface Machine {
  /** Shell text that succeeds where a daemon answers. */
  readonly dockerAnswers: string;
  /** Programs beside those that every machine has, by name. */
  readonly programs?: Readonly<Record<string, string>>;
}

const WITH_DOCKER: Machine = { dockerAnswers: "true" };
const NOT_ROOT: Machine = { dockerAnswers: "false", programs: { id: "echo 1000" } };

interface Ended {
  readonly code: number;
  readonly lines: readonly string[];
  /** Names of what `--keep` kept. */
  readonly kept: readonly string[];
  readonly left: readonly string[];
}

/** Starts a copy of `.ci/run` with stand-ins for npx, node, go, python3, nghttpd and Docker in a folder of its own. */
async function startCi(
  parts: Parts,
  beforeExit = "",
  env: Record<string, string> = {},
  machine = WITH_DOCKER,
): Promise<{ child: Deno.ChildProcess; root: URL }> {
  const folder = await Deno.makeTempDir();
  const root = toFileUrl(folder);
  for (const name of [".ci", "bin", "tmp", "docker", ".coverage"]) await Deno.mkdir(new URL(name, root));
  for (const name of [".ci/run", ".ci/docker.sh"]) {
    await Deno.copyFile(new URL(`../${name}`, import.meta.url), new URL(name, root));
  }
  const cases = Object.entries(parts).map(([task, { prints, code }]) =>
    `  *" task ${task}"*) printf '%b\\n' ${JSON.stringify(prints)}; ${beforeExit}\n    exit ${code} ;;`
  );
  const doctor = `  *" task meshproof doctor"*)
    if ${machine.dockerAnswers}; then echo '{"docker":{"available":true}}'; else echo '{"docker":{"available":false}}'; fi ;;`;
  const npx = `case "$*" in\n${[doctor, ...cases].join("\n")}\n  *) echo "deno 2" ;;\nesac`;
  const programs = { npx, node: "", python3: "", go: "", nghttpd: "", ...machine.programs };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(new URL(`bin/${name}`, root), `#!/usr/bin/env bash\n${text}\n`, { mode: 0o755 });
  }
  const child = new Deno.Command("bash", {
    args: [".ci/run", "--keep", "kept"],
    cwd: folder,
    env: {
      PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
      TMPDIR: `${folder}/tmp`,
      HERE: folder,
      CI_DOCKER_PARENT: `${folder}/docker`,
      DOCKER_HOST: "",
      MESHPROOF_REQUIRE_DOCKER: "",
      ...env,
    },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return { child, root };
}

/** Runs it to its end. */
async function runCi(
  parts: Parts,
  env: Record<string, string> = {},
  machine = WITH_DOCKER,
): Promise<Ended> {
  const { child, root } = await startCi(parts, "", env, machine);
  try {
    const { code, stdout } = await child.output();
    return {
      code,
      lines: new TextDecoder().decode(stdout).trimEnd().split("\n"),
      kept: await names(new URL("kept", root)),
      left: [
        ...await names(new URL("tmp", root)),
        ...(await names(root)).filter((name) => name === ".coverage"),
      ],
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function names(folder: URL): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test(".ci/run adds up its parts, keeps their logs, cleans up and exits 0 when all is well", async () => {
  const { code, lines, kept, left } = await runCi(GOOD);
  assertEquals(lines.at(-1), "41 passed, 0 failed");
  assertEquals(code, 0);
  assertEquals(kept, [
    ...["base-image.log", "compose.log", "images.log", "mutants-docker.log", "mutants.log", "ok.log"],
    ...["run-docker.log", "run.log", "same-verdicts.log", "test.log"],
  ]);
  assertEquals(left, []);
});

Deno.test(".ci/run goes on after a part that fails, counts it and exits 1", async () => {
  const { code, lines } = await runCi({
    ...GOOD,
    test: { prints: "\\033[31mFAILED\\033[0m | 8 passed | 2 failed (1s)", code: 1 },
    "meshproof mutants": { prints: "a mutant survived", code: 1 },
  });
  assertEquals(lines.at(-1), "37 passed, 4 failed");
  assertEquals(code, 1);
  // Whoever looks at a failed run sees its end first: each part that failed has its say there once more.
  const end = lines.slice(lines.indexOf("== failed: test"));
  assertEquals(end.filter((line) => line.startsWith("== failed: ")), [
    "== failed: test",
    "== failed: mutants",
    "== failed: mutants-docker",
  ]);
  assert(end.includes("FAILED | 8 passed | 2 failed (1s)") && end.includes("a mutant survived"));
});

Deno.test(".ci/run takes a part that ends badly, or says no totals, for failed whatever it printed", async () => {
  const crashed = await runCi({ ...GOOD, test: { prints: "ok | 10 passed | 0 failed", code: 134 } });
  assertEquals([crashed.lines.at(-1), crashed.code], ["41 passed, 1 failed", 1]);
  const silent = await runCi({ ...GOOD, ok: { prints: "nothing", code: 0 } });
  assertEquals([silent.lines.at(-1), silent.code], ["26 passed, 1 failed", 1]);
});

Deno.test(".ci/run counts as failed what its budget leaves no time for", async () => {
  const { code, lines } = await runCi(GOOD, { CI_BUDGET_SECONDS: "0" });
  assertEquals([lines.at(-1), code], ["0 passed, 10 failed", 1]);
});

Deno.test(".ci/run ends its part and cleans up when it is told to end", async () => {
  const { child, root } = await startCi(GOOD, "exec sleep 60");
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let seen = "";
    while (!seen.includes("== base-image")) seen += (await reader.read()).value ?? "";
    child.kill("SIGTERM");
    // Closes only when nothing that the part started holds the pipe any more.
    while (!(await reader.read()).done);
    assertEquals((await child.status).code, 143);
    assertEquals(await names(new URL("tmp/", root)), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

/** A daemon that answers once it was started, and notes how it ended; its tables hold what Docker leaves there. */
const STARTED_BY_US: Machine = {
  dockerAnswers: '[ -e "$HERE/socket" ]',
  programs: {
    id: "echo 0",
    debootstrap: "",
    // What it does to the machine is the real daemon's business; here nothing may be touched.
    ip: "",
    iptables: "",
    umount: "",
    cat: '[ "$1" = /proc/sys/net/ipv4/ip_forward ] || exec /bin/cat "$@"',
    rm: '[ "$*" = "-f /var/run/docker.sock" ] || exec /bin/rm "$@"',
    dockerd: [
      'echo "$$ $*" >"$HERE/dockerd"',
      "trap 'echo ended >>\"$HERE/dockerd\"; exit 0' TERM",
      'touch "$HERE/socket"',
      "while :; do sleep 0.05; done",
    ].join("\n"),
  },
};

Deno.test(".ci/run starts a daemon where none answers, requires it in the tests, and ends it", async () => {
  const parts = { ...GOOD, test: { prints: "required: $MESHPROOF_REQUIRE_DOCKER", code: 0 } };
  const { child, root } = await startCi(parts, "", {}, STARTED_BY_US);
  try {
    const { stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert(text.includes("required: 1"), text);
    assert(text.includes("== base-image") && text.includes("== images"), text);
    const [started, ended] = (await Deno.readTextFile(new URL("dockerd", root))).trim().split("\n");
    assertEquals(ended, "ended");
    const folder = /--data-root (\S+)\/data /.exec(started ?? "")?.[1] ?? "";
    assert(folder.startsWith(`${decodeURIComponent(root.pathname)}docker/meshproof-docker.`), started);
    assertEquals(await names(new URL("docker", root)), []);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test(".ci/run leaves out what needs Docker where there is none and it may not start one, and says so", async () => {
  const parts = {
    ...GOOD,
    test: { prints: "required: $MESHPROOF_REQUIRE_DOCKER.\nok | 1 passed | 0 failed", code: 0 },
  };
  const { code, lines } = await runCi(parts, {}, NOT_ROOT);
  assert(
    lines.some((line) =>
      line.startsWith("== docker: no daemon answers, and one can only be started as root")
    ),
  );
  assert(lines.includes("required: ."), lines.join("\n"));
  assert(!lines.some((line) => line.startsWith("== images")));
  assertEquals([lines.at(-1), code], ["18 passed, 0 failed", 0]);
});

Deno.test(".ci/run exits 70 where Docker is required and cannot be had", async () => {
  const { code, lines } = await runCi(GOOD, { MESHPROOF_REQUIRE_DOCKER: "1" }, NOT_ROOT);
  assertEquals(code, 70);
  assert(!lines.some((line) => line.startsWith("== test")));
});

Deno.test(".ci/run refuses arguments that it does not know", async () => {
  const { code, stderr } = await new Deno.Command("bash", {
    args: [".ci/run", "--fast"],
    cwd: new URL("../", import.meta.url),
  }).output();
  assertEquals(code, 64);
  assert(new TextDecoder().decode(stderr).includes('found "--fast"'));
});
