/** What every runtime must do, as one suite that each of them runs. */
import { assert, assertEquals, assertNotEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { EventBody, ProcessEvent } from "../../model/event.ts";
import type { CellRuntime } from "../../model/runtime.ts";
import { NotReadyError, spawnUntilLine } from "../await_ready.ts";
import { ProcessStartError } from "../child_process.ts";
import type { RunLedger } from "../run_ledger.ts";
import type { Runtime } from "../runtime.ts";
import { startPuppet } from "./puppet.ts";
import { eventually, openTestRuntime } from "./test_runtime.ts";

/** One cell for one promise of the contract. */
interface Stage {
  readonly runtime: Runtime;
  readonly cell: CellRuntime;
  readonly ledger: RunLedger;
  readonly logFolder: string;
  /** Edges and details of process events so far. */
  readonly events: readonly ProcessEvent[];
  /** Opens another cell of the same run. */
  another(): Promise<CellRuntime>;
}

type Check = (stage: Stage) => Promise<void>;

/** How a runtime is tested. */
export interface ContractOptions {
  readonly name: string;
  readonly open: (ledger: RunLedger) => Promise<Runtime>;
  readonly ignore: boolean;
}

/** Registers the suite: one test with a step for each promise. All steps share one run, and each has a cell of its own. */
export function testRuntimeContract({ name, open, ignore }: ContractOptions): void {
  Deno.test({
    name: `the runtime ${name} keeps the contract of runtimes`,
    ignore,
    fn: async (t) => {
      await using test = await openTestRuntime();
      {
        await using runtime = await open(test.ledger);
        let cells = 0;
        for (const [promise, check] of Object.entries(CONTRACT)) {
          await t.step(promise, async () => {
            const events: ProcessEvent[] = [];
            const logFolder = `${test.logFolder}/${++cells}`;
            const openCell = () =>
              runtime.cell({
                name: `cell-${cells}`,
                logFolder,
                recorder: {
                  record: (_source: string, body: EventBody) => {
                    if (body.kind === "process") events.push(body);
                  },
                  now: () => performance.now(),
                  fromEpoch: (epochMs) => epochMs - performance.timeOrigin,
                },
              });
            await using cell = await openCell();
            const another = () => {
              cells += 1;
              return openCell();
            };
            await check({ runtime, cell, ledger: test.ledger, logFolder, events, another });
          });
        }
      }
      await t.step("dispose leaves nothing on the ledger", () => {
        assertEquals(test.ledger.openEntries(), ["folder test"]);
      });
    },
  });
}

const CONTRACT: Readonly<Record<string, Check>> = {
  "spawn gives arguments and environment, takes lines, and tells how it ended": async ({ cell, events }) => {
    const puppet = await startPuppet(cell.spawn, { name: "a", args: ["x", "y z"], env: { COLOUR: "red" } });
    assertEquals(puppet.args, ["x", "y z"]);
    assertEquals(await puppet.order({ do: "tell", variable: "COLOUR" }), { value: "red" });
    assertEquals(await puppet.order({ do: "say", text: "größer\t\u{1F600}" }), {
      said: "größer\t\u{1F600}",
    });
    await puppet.process.send(JSON.stringify({ do: "exit", code: 3 }));
    assertEquals(await puppet.process.exited, { code: 3, signal: null });
    assertEquals((await puppet.process.inspect()).state, "gone");
    assertEquals(events.map(({ edge, detail }) => edge === "exited" ? detail : edge), [
      "started",
      "ready",
      "exit code 3",
    ]);
    await assertRejects(() => puppet.process.send("more"), Error, 'standard input of "a"');
  },

  "spawn writes standard error to the log and shows it in the tail": async ({ cell, logFolder }) => {
    const puppet = await startPuppet(cell.spawn, { name: "b/c" });
    await puppet.order({ do: "complain", text: "it hurts" });
    await puppet.process.send(JSON.stringify({ do: "exit", code: 0 }));
    await puppet.process.exited;
    assertEquals(await Deno.readTextFile(`${logFolder}/b_c.log`), "it hurts\n");
    assertStringIncludes(puppet.process.tail(), "it hurts");
  },

  "kill ends it with SIGKILL": async ({ cell, events }) => {
    const { process } = await startPuppet(cell.spawn, { name: "victim" });
    assertEquals((await process.inspect()).state, "running");
    await process.kill();
    assertEquals(await process.exited, { code: 137, signal: "SIGKILL" });
    assertEquals((await process.inspect()).state, "gone");
    assertEquals(events.map(({ edge }) => edge), ["started", "ready", "killed", "exited"]);
    await process.kill();
    await process.stop();
  },

  "stop lets it end in its own way, and then waits no longer than it was told": async ({ cell }) => {
    const polite = await startPuppet(cell.spawn, { name: "polite" });
    await polite.process.stop(60_000);
    assertEquals(await polite.process.exited, { code: 7, signal: null });
    const stubborn = await startPuppet(cell.spawn, { name: "stubborn" });
    await stubborn.order({ do: "stay" });
    await stubborn.process.stop(50);
    assertEquals((await stubborn.process.exited).signal, "SIGKILL");
  },

  "pause holds it until resume, and a paused one can be killed": async ({ cell, events }) => {
    const puppet = await startPuppet(cell.spawn, { name: "sleeper" });
    await puppet.process.pause();
    const { state, detail } = await puppet.process.inspect();
    assertEquals(state, "stopped");
    assertNotEquals(detail, "");
    let answered = false;
    const answer = puppet.order({ do: "say", text: "awake" }).finally(() => answered = true);
    // Another one that does as much meanwhile shows that there was time for it.
    const other = await startPuppet(cell.spawn, { name: "other", pod: puppet.process.pod });
    await other.order({ do: "say", text: "x" });
    assertEquals(answered, false);
    await puppet.process.resume();
    assertEquals(await answer, { said: "awake" });
    assertEquals((await puppet.process.inspect()).state, "running");
    await puppet.process.pause();
    await puppet.process.kill();
    assertEquals((await puppet.process.exited).signal, "SIGKILL");
    await assertRejects(() => puppet.process.pause(), Error, "it has ended");
    assertEquals(
      events.filter(({ name }) => name === "sleeper").map(({ edge }) => edge),
      ["started", "ready", "paused", "resumed", "paused", "killed", "exited"],
    );
  },

  "spawn puts files into a folder that the program may write to, and inPlaceOf takes it over": async (
    { cell },
  ) => {
    const spec = {
      name: "keeper",
      files: { "config.json": '{"a":1}', "empty": "" },
      args: (folder: string) => [folder],
    };
    const first = await startPuppet(cell.spawn, spec);
    const [folder = ""] = first.args;
    assertEquals(await first.order({ do: "read", path: `${folder}/config.json` }), { text: '{"a":1}' });
    assertEquals(await first.order({ do: "read", path: `${folder}/empty` }), { text: "" });
    await first.order({ do: "write", path: `${folder}/data`, text: "kept" });
    await first.process.kill();

    const second = await startPuppet(cell.spawn, { ...spec, inPlaceOf: first.process });
    assertEquals(second.args, [folder]);
    assertEquals(second.process.pod, first.process.pod);
    assertEquals(await second.order({ do: "read", path: `${folder}/data` }), { text: "kept" });
    assertEquals(await second.order({ do: "read", path: `${folder}/config.json` }), { text: '{"a":1}' });
    assertEquals((await second.process.inspect()).state, "running");
  },

  "spawn gives a scratch folder also where there are no files": async ({ cell }) => {
    const puppet = await startPuppet(cell.spawn, {
      name: "scratch",
      // More than any memory has: our own programs may not write where the process runtime keeps such data in memory.
      scratchBytes: Number.MAX_SAFE_INTEGER,
      args: (folder) => [folder],
    });
    const path = `${puppet.args[0]}/data`;
    assertEquals(await puppet.order({ do: "write", path, text: "x" }), { written: path });
  },

  "two processes of one pod meet on its loopback": async ({ cell }) => {
    const pod = await cell.pod("pod");
    const [port = 0] = pod.freePorts(1);
    const server = await startPuppet(cell.spawn, { name: "server", pod });
    const client = await startPuppet(cell.spawn, { name: "client", pod });
    await server.order({ do: "listen", bind: "127.0.0.1", port, greeting: "hello" });
    assertEquals(await client.order({ do: "dial", host: "127.0.0.1", port }), { heard: "hello" });
  },

  "two pods meet at host and port, and each port of a pod is given once": async ({ cell }) => {
    const pods = await Promise.all([cell.pod("one"), cell.pod("two")]);
    const ports = pods.map((pod) => pod.freePorts(3));
    for (const each of ports) assertEquals(new Set(each).size, 3);
    const [one, two] = pods;
    const server = await startPuppet(cell.spawn, { name: "server", pod: one! });
    const client = await startPuppet(cell.spawn, { name: "client", pod: two! });
    const port = ports[0]![0]!;
    await server.order({ do: "listen", bind: one!.bind, port, greeting: "hello" });
    assertEquals(await client.order({ do: "dial", host: one!.host, port }), { heard: "hello" });
  },

  "a killed process's port refuses, until occupy sees who comes": async ({ cell }) => {
    const server = await startPuppet(cell.spawn, { name: "server" });
    const client = await startPuppet(cell.spawn, { name: "client" });
    const { pod } = server.process;
    const [port = 0] = pod.freePorts(1);
    const dial = { do: "dial", host: pod.host, port } as const;
    await server.order({ do: "listen", bind: pod.bind, port, greeting: "hello" });
    assertEquals(await cell.knock(`${pod.host}:${port}`, 10_000), "answered");
    await server.process.kill();
    assertEquals(await client.order(dial), { error: "ConnectionRefused" });
    assertEquals(await cell.knock(`${pod.host}:${port}`, 10_000), "ECONNREFUSED");

    let connections = 0;
    {
      await using _tombstone = await cell.occupy(pod, port, () => connections += 1);
      await client.order(dial);
      await eventually("a connection to the tombstone", () => connections === 1);
    }
    assertEquals(await client.order(dial), { error: "ConnectionRefused" });
  },

  "reach leads the harness to a server of the cell": async ({ cell }) => {
    const server = await startPuppet(cell.spawn, { name: "server" });
    const { pod } = server.process;
    const [port = 0] = pod.freePorts(1);
    await server.order({ do: "listen", bind: pod.bind, port, greeting: "from the cell" });
    const address = await cell.reach(`${pod.host}:${port}`);
    assertEquals(await cell.reach(`${pod.host}:${port}`), address);
    const [hostname = "", reached = ""] = address.split(":");
    assertEquals(hostname, "127.0.0.1");
    using connection = await Deno.connect({ hostname, port: Number(reached) });
    assertEquals(await new Response(connection.readable).text(), "from the cell");
  },

  "expose leads a process of the cell to a server of the harness": async ({ cell }) => {
    const client = await startPuppet(cell.spawn, { name: "client" });
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const served = (async () => {
      const connection = await listener.accept();
      await connection.write(new TextEncoder().encode("from the harness"));
      connection.close();
    })();
    const address = await cell.expose(`127.0.0.1:${(listener.addr as Deno.NetAddr).port}`);
    const [host = "", port = ""] = address.split(":");
    assertEquals(await client.order({ do: "dial", host, port: Number(port) }), { heard: "from the harness" });
    await served;
  },

  "admit lets a process of another cell take part": async ({ cell, another }) => {
    await using other = await another();
    const server = await startPuppet(other.spawn, { name: "server" });
    const client = await startPuppet(cell.spawn, { name: "client" });
    const { pod } = server.process;
    const [port = 0] = pod.freePorts(1);
    await server.order({ do: "listen", bind: pod.bind, port, greeting: "guest" });
    const host = await cell.admit(server.process);
    assertEquals(await cell.admit(server.process), host);
    assertEquals(await client.order({ do: "dial", host, port }), { heard: "guest" });
    assertEquals(await cell.admit(client.process), client.process.pod.host);
  },

  "a cell goes, and those that were its guests stay": async ({ cell, another }) => {
    const server = await startPuppet(cell.spawn, { name: "server" });
    {
      await using other = await another();
      await other.admit(server.process);
    }
    assertEquals(await server.order({ do: "say", text: "here" }), { said: "here" });
  },

  "spawn says which program is unknown, and leaves nothing": async ({ cell, ledger }) => {
    const before = ledger.openEntries();
    for (const program of [{ script: "no-such-script" }, { tool: "no-such-tool" }]) {
      await assertRejects(
        () => cell.spawn({ name: "ghost", program, args: [] }),
        Error,
        Object.values(program)[0],
      );
    }
    assertEquals(ledger.openEntries(), before);
  },

  "a program that exits at start is told with its exit code and last words": async ({ cell }) => {
    const spec = { name: "tomb", program: { script: "tombstone" }, args: ["nonsense"] };
    const error = await assertRejects(
      () => spawnUntilLine(cell.spawn, spec, (line) => line, { timeoutMs: 60_000 }),
      NotReadyError,
      "it ended with exit code 64",
    );
    assertStringIncludes(error.message, "expected an address and a port");
  },

  "dispose ends all at once, and nothing starts afterwards": async ({ another, ledger }) => {
    const before = ledger.openEntries();
    const cell = await another();
    const pod = await cell.pod("pod");
    const [a, b] = await Promise.all([
      startPuppet(cell.spawn, { name: "a", pod }),
      startPuppet(cell.spawn, { name: "b" }),
    ]);
    await b.process.pause();
    const late = cell.spawn({ name: "under way", program: { script: "puppet" }, args: [], pod });
    late.catch(() => undefined);
    await cell[Symbol.asyncDispose]();
    await cell[Symbol.asyncDispose]();
    for (const { process } of [a, b]) {
      await process.exited;
      assertEquals((await process.inspect()).state, "gone");
    }
    assertEquals(ledger.openEntries(), before);
    const refused = await assertRejects(
      () => cell.spawn({ name: "late", program: { script: "puppet" }, args: [] }),
      ProcessStartError,
      "torn down",
    );
    assert(refused.message.includes("late"));
  },
};
