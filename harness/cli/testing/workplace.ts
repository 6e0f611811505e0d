/** A folder of a test's own in which the real program is run as a user runs it, and in which nothing may be left. */
import project from "../../../deno.json" with { type: "json" };
import { pidsWithEnvironment } from "../../runtime/kernel.ts";
import { ledgerFolder } from "../../runtime/state_folder.ts";
import { type CliOptions, type CliRun, type StartedCli, startProgram } from "./started_cli.ts";

/** Every process that a workplace's programs start inherits this, whoever starts it. */
const MARK = "MESHPROOF_TEST_WORKPLACE";

/** How users start the program: permissions and all, from the task in deno.json. */
export function programArguments(): string[] {
  const [, ...args] = project.tasks.meshproof.command.split(" ");
  const main = args.pop() ?? "";
  return [...args, decodeURIComponent(new URL(`../../../${main}`, import.meta.url).pathname)];
}

export class Workplace implements AsyncDisposable {
  readonly #id = crypto.randomUUID();
  readonly #pids: number[] = [];

  private constructor(readonly folder: string) {}

  static async open(): Promise<Workplace> {
    const folder = await Deno.makeTempDir({ prefix: "meshproof-cli-" });
    await Deno.mkdir(`${folder}/tmp`);
    return new Workplace(folder);
  }

  /** Writes a file below the folder; returns its path relative to it, as a user would type it. */
  async write(path: string, text: string): Promise<string> {
    const whole = `${this.folder}/${path}`;
    await Deno.mkdir(whole.slice(0, whole.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(whole, text);
    return path;
  }

  /** Starts `meshproof <args>` in the folder. */
  start(args: readonly string[], options: CliOptions = {}): StartedCli {
    const env = { [MARK]: this.#id, TMPDIR: `${this.folder}/tmp`, ...options.env };
    const words = [...options.wrapper ?? [], Deno.execPath(), ...programArguments(), ...args];
    const [command = "", ...all] = words;
    const started = startProgram(command, all, { ...options, cwd: this.folder, env });
    this.#pids.push(started.pid);
    return started;
  }

  /** Runs `meshproof <args>` to its end. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
    return await this.start(args, options).finished;
  }

  /** Pids of all that was started here, directly or not, and is still there; none where the system does not say. */
  async processes(): Promise<number[]> {
    return await pidsWithEnvironment(`${MARK}=${this.#id}`) ?? [];
  }

  /** Whatever the programs have left beside their reports: processes, ledgers, temporary folders. */
  async leftovers(): Promise<string[]> {
    return [
      ...(await this.processes()).map((pid) => `process ${pid}`),
      ...(await this.ledgers()).map((name) => `ledger ${name}`),
      ...namesIn(`${this.folder}/tmp`).map((name) => `folder ${name}`),
      ...await this.memoryFolders(),
    ];
  }

  /** File names of the run ledgers. */
  ledgers(): Promise<string[]> {
    return Promise.resolve(namesIn(ledgerFolder(`${this.folder}/.meshproof`)));
  }

  /** Folders in memory whose run id ends with the pid of a program that was started here. */
  async memoryFolders(): Promise<string[]> {
    if (Deno.build.os !== "linux") return [];
    const { stdout } = await new Deno.Command("ls", { args: ["/dev/shm"], stderr: "null" }).output();
    const names = new TextDecoder().decode(stdout).split("\n");
    return names.filter((name) => this.#pids.some((pid) => name.includes(`-p${pid}-`)));
  }

  /** Ends what is left and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of await this.processes()) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    for (const name of await this.memoryFolders()) {
      await new Deno.Command("rm", { args: ["-rf", "--", `/dev/shm/${name}`] }).output();
    }
    await Deno.remove(this.folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return [];
    throw error;
  }
}
