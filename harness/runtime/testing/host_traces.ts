/** What containers leave in the kernel of their machine: packet filter rules and mounts, compared before and after. */
import type { Dockerode } from "../docker/client.ts";
import { RUN_LABEL } from "../docker/labels.ts";

/**
 * Rules of the host's own tables and its mounts, one a line, such as `rule nat -A OUTPUT ...`. Rules only where this
 * user may see them (root) and the program is there.
 */
async function hostTraces(): Promise<string[]> {
  const [mounts, rules] = await Promise.all([ask("cat", ["/proc/mounts"]), ask("iptables-save", [])]);
  let table = "";
  const ruleLines = rules.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1);
    return line.startsWith("-") ? [`rule ${table} ${line}`] : [];
  });
  return [
    ...mounts.split("\n").filter((line) => line !== "").map((line) => `mount ${line.split(" ")[1]}`),
    ...ruleLines,
  ];
}

/**
 * Tells what a dead run has left in the kernel: traces that were not there before, and that no container or network
 * which is there now accounts for, but for those of that run.
 */
export class LeftTraces {
  readonly #engine: Dockerode;
  readonly #before: ReadonlySet<string>;
  readonly #suspects = new Map<string, readonly string[]>();

  private constructor(engine: Dockerode, before: ReadonlySet<string>) {
    this.#engine = engine;
    this.#before = before;
  }

  /** Remembers what is there now. */
  static async open(engine: Dockerode): Promise<LeftTraces> {
    return new LeftTraces(engine, new Set(await hostTraces()));
  }

  /**
   * Looks again. Nothing may be under way for the run any more: then what it has left is there at the first look and
   * at every later one, whereas traces of other tests, whose containers come and go, are seen before or after these
   * at one look or other.
   */
  async ofRun(runId: string): Promise<readonly string[]> {
    const [marks, now] = await Promise.all([marksOfOthers(this.#engine, runId), hostTraces()]);
    const unexplained = now.filter((trace) =>
      !this.#before.has(trace) && !marks.some((mark) => trace.includes(mark))
    );
    const earlier = this.#suspects.get(runId);
    const suspects = unexplained.filter((trace) => earlier === undefined || earlier.includes(trace));
    this.#suspects.set(runId, suspects);
    return suspects;
  }
}

/** Names and addresses by which the kernel's things can be told to be those of a container or network. */
async function marksOfOthers(engine: Dockerode, runId: string): Promise<string[]> {
  const isOther = ({ Labels }: { Labels?: Record<string, string> | undefined }) =>
    Labels?.[RUN_LABEL] !== runId;
  const [containers, networks] = await Promise.all([
    engine.listContainers({ all: true }),
    engine.listNetworks(),
  ]);
  const inspected = await Promise.all(
    containers.filter(isOther).map(({ Id }) => engine.getContainer(Id).inspect().catch(() => undefined)),
  );
  return [
    ...networks.filter(isOther).flatMap(({ Id, IPAM }) => [
      `br-${Id.slice(0, 12)}`,
      ...(IPAM?.Config ?? []).map(({ Subnet }) => Subnet),
    ]),
    ...inspected.flatMap((container) => [
      container?.Id,
      // The engine says /var/run/..., the kernel /run/....
      container?.NetworkSettings.SandboxKey.split("/").at(-1),
      (container?.GraphDriver.Data as Record<string, string> | null | undefined)?.["MergedDir"],
      ...Object.values(container?.NetworkSettings.Networks ?? {}).map(({ IPAddress }) => IPAddress),
    ]),
  ].filter((mark): mark is string => mark !== undefined && mark !== "");
}

async function ask(command: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args: [...args], stderr: "null" }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
