/** Containers, networks and a rule that look like a run's own and are not; whoever undoes a run must leave them be. */
import { RUN_LABEL } from "../docker/labels.ts";
import { RunLedger } from "../run_ledger.ts";
import type { TestEngine } from "./test_engine.ts";

export class ForeignObjects implements AsyncDisposable {
  readonly #engine: TestEngine;
  /** Of another run, whose harness is this process: alive. */
  readonly #ledger: RunLedger;
  readonly #containers: readonly string[];
  readonly #networks: readonly string[];
  readonly #rule: readonly string[];

  private constructor(
    engine: TestEngine,
    ledger: RunLedger,
    made: { containers: string[]; networks: string[]; rule: string[] },
  ) {
    this.#engine = engine;
    this.#ledger = ledger;
    this.#containers = made.containers;
    this.#networks = made.networks;
    this.#rule = made.rule;
  }

  /** @param base What the ids of the runs begin with that they look like. */
  static async make(engine: TestEngine, stateFolder: string, base: string): Promise<ForeignObjects> {
    const ledger = await RunLedger.open(stateFolder, `${base}-alive`);
    const labels = { [RUN_LABEL]: ledger.runId };
    const rule = ["OUTPUT", "-m", "comment", "--comment", `meshproof-${base}`, "-j", "ACCEPT"];
    ledger.intendNetwork("cell", `meshproof-${base}-alive-1-cell`);
    ledger.intendContainer("pod", `meshproof-${base}-alive-2-pod`);
    const networks = [
      await engine.network(`meshproof-${base}-1-cell`),
      await engine.network(`meshproof-${base}-alive-1-cell`, labels),
    ];
    const containers = [
      await engine.container({ name: `meshproof-${base}-2-pod`, network: `meshproof-${base}-1-cell` }),
      await engine.container({
        ...{ name: `meshproof-${base}-alive-2-pod`, labels, network: `meshproof-${base}-alive-1-cell` },
      }),
    ];
    for (const container of containers) await engine.exec(container, ["iptables", "-A", ...rule]);
    return new ForeignObjects(engine, ledger, { containers, networks, rule });
  }

  /** What is not any more as it was made. */
  async damage(): Promise<string[]> {
    const states = await Promise.all(this.#containers.map(async (id) => {
      const state = await this.#engine.state(id);
      return state === "running" ? [] : [`foreign container ${id} is ${state ?? "gone"}`];
    }));
    const networks = await Promise.all(this.#networks.map(async (id) => {
      return await this.#engine.hasNetwork(id) ? [] : [`foreign network ${id} is gone`];
    }));
    return [...states, ...networks].flat();
  }

  /** @throws {Error} When the rule is gone from one of them. */
  async expectRules(): Promise<void> {
    for (const container of this.#containers) {
      await this.#engine.exec(container, ["iptables", "-C", ...this.#rule]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#ledger.close();
  }
}
