import { assert, assertEquals } from "@std/assert";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { eventually } from "../testing/test_runtime.ts";
import { docker } from "./client.ts";
import { ensureImages, IMAGE_NAMES, type ImageName } from "./images.ts";
import { programArguments } from "./programs.ts";

interface ContainerOptions {
  readonly args?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A container of an image of ours, without a network, gone when disposed of. */
class Container implements AsyncDisposable {
  private constructor(readonly id: string) {}

  static async start(image: ImageName, { args, entrypoint, env }: ContainerOptions = {}): Promise<Container> {
    const { dockerode } = await docker();
    const tag = (await ensureImages([image])).get(image) as string;
    const { id } = await dockerode.createContainer({
      Image: tag,
      name: `meshproof-test-${crypto.randomUUID()}`,
      OpenStdin: true,
      HostConfig: { NetworkMode: "none", CapDrop: ["ALL"], CapAdd: ["NET_ADMIN", "NET_RAW"] },
      ...(args === undefined ? {} : { Cmd: [...args] }),
      ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
      Env: Object.entries(env ?? {}).map(([name, value]) => `${name}=${value}`),
    });
    const container = new Container(id);
    try {
      await dockerode.getContainer(id).start();
    } catch (error) {
      await container[Symbol.asyncDispose]();
      throw error;
    }
    return container;
  }

  /** Runs a program in it. @returns Its exit code. */
  async exec(words: readonly string[], user?: string): Promise<number> {
    const { dockerode } = await docker();
    const exec = await dockerode.getContainer(this.id).exec({
      Cmd: [...words],
      AttachStdout: true,
      ...(user === undefined ? {} : { User: user }),
    });
    const stream = await exec.start({});
    for await (const _chunk of stream);
    return (await exec.inspect()).ExitCode ?? -1;
  }

  /** SIGTERM, and how long it took until it had ended, in milliseconds; SIGKILL after 10 s. */
  async stop(): Promise<number> {
    const { dockerode } = await docker();
    const startedMs = performance.now();
    await dockerode.getContainer(this.id).stop({ t: 10 });
    return performance.now() - startedMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { dockerode } = await docker();
    await dockerode.getContainer(this.id).remove({ force: true });
  }
}

function dockerTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: WITHOUT_DOCKER, fn });
}

const SERVICE = programArguments("service", [
  "--config",
  JSON.stringify({ instance: "echo-1", service: "echo", seed: 1, httpPort: 8080 }),
]);

dockerTest(
  "the images are small: programs under 150 MB, the others under what their one program needs",
  async () => {
    const { dockerode } = await docker();
    const tags = await ensureImages(IMAGE_NAMES);
    for (const [name, mostMegabytes] of [["programs", 150], ["etcd", 40], ["envoy", 130]] as const) {
      const { Size } = await dockerode.getImage(tags.get(name) as string).inspect();
      assert(Size < mostMegabytes * 1e6, `${name}: ${Size} bytes, expected under ${mostMegabytes} MB`);
    }
  },
);

dockerTest("a service is healthy once it listens, and stops on SIGTERM", async () => {
  await using service = await Container.start("programs", { args: SERVICE });
  await eventually("a healthy service", async () => await service.exec(["/bin/healthy"]) === 0);
  const ms = await service.stop();
  assert(ms < 5_000, `expected an end within 5 s of SIGTERM, found ${ms} ms`);
});

dockerTest(
  "a service is healthy by MESHPROOF_HEALTH_URL when that answers 2xx, and not by 503 or by silence",
  async () => {
    for (const [url, code] of [["8080/healthz", 0], ["8080/nowhere", 1], ["1/", 1]] as const) {
      const env = { MESHPROOF_HEALTH_URL: `http://127.0.0.1:${url}` };
      await using service = await Container.start("programs", { args: SERVICE, env });
      const isUp = ["sh", "-c", "MESHPROOF_HEALTH_URL= /bin/healthy"];
      await eventually("a service that listens", async () => await service.exec(isUp) === 0);
      assertEquals(await service.exec(["/bin/healthy"]), code, url);
    }
  },
);

dockerTest("a container whose programs do not listen is not healthy", async () => {
  await using idle = await Container.start("envoy", { entrypoint: ["/bin/sleep"], args: ["1000"] });
  assertEquals(await idle.exec(["/bin/healthy"]), 1);
});

dockerTest("etcd is healthy without a word of configuration, and stops on SIGTERM", async () => {
  await using etcd = await Container.start("etcd");
  await eventually("a healthy etcd", async () => await etcd.exec(["/bin/healthy"]) === 0, 20_000);
  const ms = await etcd.stop();
  assert(ms < 8_000, `expected an end within 8 s of SIGTERM, found ${ms} ms`);
});

dockerTest(
  "the sandbox lets root change its network's rules by each tool, and ends at once on SIGTERM",
  async () => {
    await using sandbox = await Container.start("sandbox");
    for (
      const rule of [
        "nft add table inet probe",
        "iptables-nft -t nat -A OUTPUT -p tcp -j REDIRECT --to-ports 15001",
        "iptables-legacy -A INPUT -p tcp --dport 9 -j DROP",
        "ip address add 10.255.255.1/32 dev lo",
        "tc qdisc add dev lo root tbf rate 1mbit burst 10kb latency 50ms",
        "ss -ltn",
      ]
    ) {
      assertEquals(await sandbox.exec(["sh", "-c", rule], "0"), 0, rule);
    }
    assert(await sandbox.exec(["nft", "list", "ruleset"]) !== 0, "expected only root to get at the rules");
    const ms = await sandbox.stop();
    assert(ms < 2_000, `expected an end at once, found ${ms} ms`);
  },
);
