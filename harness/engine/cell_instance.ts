import type { InstanceEvent, Recorder } from "../model/event.ts";
import type { Address } from "../model/mesh.ts";
import type { Labels } from "../model/scenario.ts";
import type { ServiceEvent } from "../../fixtures/services/protocol.ts";
import type { PooledService } from "./service_pool.ts";

/** An instance of a service in one cell: a pooled process that plays it. */
export class CellInstance {
  readonly id: string;
  readonly service: string;
  readonly labels: Labels;
  readonly worker: PooledService;
  /** Where it listens, as its cell dials it. */
  readonly ownAddress: Address;
  /** Where callers reach it: its own address, or that of the link in front of it. */
  readonly address: Address;

  constructor(
    id: string,
    service: string,
    labels: Labels,
    worker: PooledService,
    ownAddress: Address,
    address: Address,
  ) {
    this.id = id;
    this.service = service;
    this.labels = labels;
    this.worker = worker;
    this.ownAddress = ownAddress;
    this.address = address;
  }

  rosterEvent(): InstanceEvent {
    const { id, service, labels, address } = this;
    return { kind: "instance", service, instance: id, labels, address };
  }

  /** Becomes this instance, and sends everything that it sees to the cell's history from now on. */
  async assume(recorder: Recorder, seed: number, otlpUrl: string | undefined): Promise<void> {
    this.worker.onEvent = (event) => record(recorder, event);
    await this.worker.command({
      command: "assume",
      instance: this.id,
      service: this.service,
      seed,
      ...(otlpUrl === undefined ? {} : { otlpUrl }),
    });
  }

  async register(registry: Registration): Promise<void> {
    await this.worker.command({
      command: "register",
      prefix: registry.prefix,
      endpoints: [...registry.endpoints],
      ttlSeconds: registry.leaseSeconds,
      labels: this.labels,
      address: this.address,
      ...(registry.mutant === undefined ? {} : { mutant: registry.mutant }),
    });
  }
}

/** Where and how an instance registers. */
export interface Registration {
  readonly prefix: string;
  readonly endpoints: readonly Address[];
  readonly leaseSeconds: number;
  readonly mutant?: string;
}

/** An event of a service process, as the upstream ledger of the history. */
function record(recorder: Recorder, event: ServiceEvent): void {
  switch (event.event) {
    case "attempt.received": {
      const { epochMs, event: kind, ...body } = event;
      recorder.record(`upstream:${event.instance}`, { kind, ...body }, recorder.fromEpoch(epochMs));
      break;
    }
    case "attempt.ended": {
      const { epochMs, event: kind, ...body } = event;
      recorder.record(`upstream:${event.instance}`, { kind, ...body }, recorder.fromEpoch(epochMs));
      break;
    }
    case "registry": {
      const { epochMs, event: kind, ...body } = event;
      recorder.record(`upstream:${event.instance}`, { kind, ...body }, recorder.fromEpoch(epochMs));
      break;
    }
    case "ready":
    case "done":
      break;
  }
}
