import type { LinkHandle } from "../model/drive.ts";
import type { Recorder } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import type { ArmedFault, Fault } from "../faults/fault.ts";
import { blackhole, cutAfter, latency, type Link, reset, sever, type Toxic } from "../faults/link/mod.ts";
import type { LinkHost } from "../faults/link/host.ts";
import type { CellFaults } from "./cell_faults.ts";

/** The breakable hops of one cell. A hop may have several links (one for each member of the registry). */
export class Hops implements AsyncDisposable {
  readonly #names: ReadonlySet<string>;
  readonly #recorder: Recorder;
  readonly #faults: CellFaults;
  readonly #seed: number;
  readonly #openHost: (name: string) => Promise<LinkHost>;
  readonly #hosts = new Map<string, Promise<LinkHost>>();
  readonly #links = new Map<string, Link[]>();
  readonly #ordinals = new Map<string, number>();

  /** @param openHost Opens the place that the links of one hop live in. */
  constructor(
    names: readonly string[],
    recorder: Recorder,
    faults: CellFaults,
    seed: number,
    openHost: (name: string) => Promise<LinkHost>,
  ) {
    this.#openHost = openHost;
    this.#names = new Set(names);
    this.#recorder = recorder;
    this.#faults = faults;
    this.#seed = seed;
  }

  /** The address of a new link in front of `target` where the scenario asked for one by that name; else `target`. */
  async through(name: string, target: Address): Promise<Address> {
    if (!this.#names.has(name)) return target;
    const links = this.#links.get(name) ?? [];
    this.#links.set(name, links);
    // Counted before the link is open: the members of a registry get theirs side by side, and each a name of its own.
    const ordinal = (this.#ordinals.get(name) ?? 0) + 1;
    this.#ordinals.set(name, ordinal);
    const linkName = ordinal === 1 ? name : `${name}/${ordinal}`;
    const host = this.#hosts.get(name) ?? this.#openHost(name);
    this.#hosts.set(name, host);
    const link = await (await host).open({
      name: linkName,
      target,
      recorder: this.#recorder,
      seed: this.#seed,
    });
    links.push(link);
    return link.address;
  }

  /** @throws TypeError When no hop of that name runs through a link. */
  handle(name: string): LinkHandle {
    if (!this.#names.has(name)) {
      const known = [...this.#names].join(", ") || "none";
      throw new TypeError(
        `Cannot break hop "${name}": expected one of the scenario's environment.links, found ${known}`,
      );
    }
    const inject = (toxic: Toxic) => this.#faults.inject(this.#fault(name, toxic));
    return {
      latency: (delayMs, jitterMs) =>
        inject(latency(jitterMs === undefined ? { delayMs } : { delayMs, jitterMs })),
      blackhole: (direction) => inject(blackhole(direction)),
      sever: () => inject(sever()),
      reset: () => inject(reset()),
      cutAfter: (bytes) => inject(cutAfter({ bytes })),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#links.values()].flat().map((link) => link.close()));
    await Promise.all([...this.#hosts.values()].map(async (host) => await (await host).close()));
  }

  /** The same toxic on every link of the hop, as one fault: witnessed where traffic met it. */
  #fault(name: string, toxic: Toxic): Fault {
    const links = this.#links.get(name) ?? [];
    return {
      name: `${name} ${toxic.kind}`,
      inject: async () => {
        const armed = await Promise.all(links.map((link) => link.arm(toxic)));
        return together(`${name} ${toxic.kind}`, armed);
      },
    };
  }
}

/** A hop that nothing runs through (a mesh without a control plane) is broken in name only, and has no witness. */
function together(name: string, armed: readonly ArmedFault[]): ArmedFault {
  return {
    name,
    detail: armed.map((each) => each.detail).join("; ") || "nothing runs through this hop",
    witness: async () => {
      const all = await Promise.all(armed.map((each) => each.witness()));
      const telling = all.filter((each) => each.witnessed);
      return {
        witnessed: telling.length > 0,
        detail: (telling.length > 0 ? telling : all).map((each) => each.detail).join(" | ") ||
          "nothing runs through this hop",
      };
    },
    heal: async () => {
      await Promise.all(armed.map((each) => each.heal()));
    },
  };
}
