import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseDockerHost, socketPaths } from "./docker_host.ts";
import { type DockerStatus, dockerStatus, DockerUnavailableError, lookForDocker } from "./status.ts";

/** Something that listens where a daemon could, and answers every request like this. */
async function withDaemon(
  answer: () => Response | Promise<Response>,
  look: (host: string) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  await look(`tcp://127.0.0.1:${server.addr.port}`);
}

/** Kind and reason; fails when there is a daemon. */
function refusal(status: DockerStatus): [string, string] {
  if (status.available) throw new Error(`expected no Docker, found ${status.version} at ${status.host}`);
  assert(status.howTo.length > 0, "expected a way out");
  return [status.kind, status.reason];
}

Deno.test("lookForDocker finds version and API of a daemon", async () => {
  const daemon = () => Response.json({ Version: "28.1.0", ApiVersion: "1.49", Os: "linux", Arch: "arm64" });
  await withDaemon(daemon, async (host) => {
    const found = { version: "28.1.0", apiVersion: "1.49", platform: "linux/arm64" };
    assertEquals(await lookForDocker({ host }), { available: true, host, ...found });
  });
});

Deno.test("lookForDocker takes API 1.41 and refuses 1.40 as too old", async () => {
  for (
    const [apiVersion, isGood] of [["1.41", true], ["1.40", false], ["1.9", false], ["2.0", true]] as const
  ) {
    await withDaemon(() => Response.json({ Version: "x", ApiVersion: apiVersion }), async (host) => {
      const status = await lookForDocker({ host });
      assertEquals(status.available, isGood, apiVersion);
      if (!isGood) {
        assertMatch(refusal(status).join(" "), /^too-old .* speaks API .*: expected 1\.41 or later$/);
      }
    });
  }
});

Deno.test("lookForDocker says what is wrong with a daemon that answers with an error, or is none", async () => {
  const answers: readonly [() => Response, RegExp][] = [
    [() => new Response("no space left on device", { status: 500 }), /status 500: no space left on device$/],
    [() => new Response("<html>"), /not with JSON, as Docker does: <html>$/],
    [() => Response.json({ hello: "world" }), /expected Version and ApiVersion, found \{"hello"/],
    [() => new Response("x".repeat(100_000)), /more than 65536 bytes/],
  ];
  for (const [answer, expected] of answers) {
    await withDaemon(answer, async (host) => {
      const [kind, reason] = refusal(await lookForDocker({ host }));
      assertEquals(kind, "broken");
      assertMatch(reason, expected);
    });
  }
});

Deno.test("lookForDocker gives up on a daemon that does not answer", async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<Response>();
  await withDaemon(() => ended, async (host) => {
    const [kind, reason] = refusal(await lookForDocker({ host, timeoutMs: 50 }));
    assertEquals(kind, "unreachable");
    assertMatch(reason, /no answer within 50 ms$/);
    end(new Response());
  });
});

Deno.test("lookForDocker says within half a second that there is none", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const startedMs = performance.now();
    const [kind, reason] = refusal(
      await lookForDocker({ sockets: [`${folder}/a.sock`, `${folder}/b.sock`] }),
    );
    assert(performance.now() - startedMs < 500, "expected an answer within 500 ms");
    assertEquals(kind, "absent");
    assertEquals(
      reason,
      `no Docker socket at ${folder}/a.sock, ${folder}/b.sock, and DOCKER_HOST is not set`,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("lookForDocker says that nobody listens at DOCKER_HOST, and which forms it may have", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const host = `tcp://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const [kind, reason] = refusal(await lookForDocker({ host }));
  assertEquals(kind, "unreachable");
  assertMatch(reason, /^nobody answers at tcp:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  const [, form] = refusal(await lookForDocker({ host: "ssh://there" }));
  assertEquals(form, 'DOCKER_HOST is "ssh://there": expected unix:///path/to/docker.sock or tcp://host:port');
});

/** Looks in a process of its own, which has no more rights than given. */
async function lookAs(socket: string, permission: string, uid?: number): Promise<DockerStatus> {
  const program = `import { lookForDocker } from ${JSON.stringify(import.meta.resolve("./status.ts"))};
    console.log(JSON.stringify(await lookForDocker({ sockets: [Deno.args[0]] })));`;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/look.ts`, program);
    const rights = ["read", "write", "env", "sys"].map((each) => `--allow-${each}`);
    const config = `--config=${decodeURIComponent(new URL("../../../deno.json", import.meta.url).pathname)}`;
    const words = ["run", "--quiet", "--no-prompt", "--no-check", config, ...rights, permission];
    const deno = [...words, `${folder}/look.ts`, socket];
    // Root opens every socket; without its capabilities, only what its mode lets it.
    const [command, args] = uid === 0
      ? ["setpriv", ["--bounding-set=-all", "--inh-caps=-all", Deno.execPath(), ...deno]]
      : [Deno.execPath(), deno];
    const { stdout, stderr } = await new Deno.Command(command as string, { args: args as string[] }).output();
    const text = new TextDecoder();
    assert(stdout.length > 0, text.decode(stderr));
    return JSON.parse(text.decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "lookForDocker tells a socket that this user may not open from one that Deno may not",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const socket = `${folder}/docker.sock`;
    const listen =
      `const { createServer } = require("node:net"); createServer().listen(${JSON.stringify(socket)}, ` +
      `() => { require("node:fs").chmodSync(${JSON.stringify(socket)}, 0); console.log("ready"); });`;
    const args = ["eval", "--quiet", "--ext=cjs", listen];
    const server = new Deno.Command(Deno.execPath(), { args, stdout: "piped" }).spawn();
    const reader = server.stdout.getReader();
    try {
      await reader.read();
      const [kind, reason] = refusal(
        await lookAs(socket, `--allow-net=unix:${socket}`, Deno.uid() ?? undefined),
      );
      assertEquals([kind, reason.includes("this user may not connect")], ["denied", true], reason);
      const status = await lookAs(socket, "--allow-net=127.0.0.1");
      const [other] = refusal(status);
      assertEquals(other, "not-granted");
      if (status.available) throw new Error("expected no Docker");
      assertStringIncludes(
        status.howTo[0] ?? "",
        `add unix:${socket} to --allow-net of the task in deno.json`,
      );
    } finally {
      server.kill("SIGKILL");
      await server.status;
      await reader.cancel();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("dockerStatus asks once a process", () => {
  assert(dockerStatus() === dockerStatus());
});

Deno.test("DockerUnavailableError says why, and each way out on a line", () => {
  const error = new DockerUnavailableError({
    available: false,
    kind: "absent",
    reason: "no socket",
    howTo: ["install", "start"],
  });
  assertEquals(error.message, "Docker is not available: no socket\n  - install\n  - start");
});

Deno.test("parseDockerHost takes unix and tcp addresses and refuses all else", () => {
  const uri = "unix:///run/user/1000/docker.sock";
  assertEquals(parseDockerHost(uri), { kind: "socket", uri, path: "/run/user/1000/docker.sock" });
  const { hostname, port } = { port: 0, hostname: "", ...parseDockerHost("tcp://there") };
  assertEquals([hostname, port], ["there", 2375]);
  for (const bad of ["", "there", "unix://", "npipe:////./pipe/x"]) {
    assertThrows(
      () => parseDockerHost(bad),
      Error,
      "expected unix:///path/to/docker.sock or tcp://host:port",
    );
  }
});

Deno.test("socketPaths tries the system's daemon first and leaves out what is not set", () => {
  assertEquals(socketPaths(() => undefined, null), ["/var/run/docker.sock"]);
  const variables: Record<string, string> = { XDG_RUNTIME_DIR: "/run/user/7", HOME: "/h" };
  assertEquals(socketPaths((name) => variables[name], 7), [
    "/var/run/docker.sock",
    "/run/user/7/docker.sock",
    "/h/.docker/run/docker.sock",
    "/h/.docker/desktop/docker.sock",
    "/run/user/7/docker.sock",
  ]);
});
