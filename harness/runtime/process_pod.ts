import type { Pod } from "../model/process.ts";
import { freePorts } from "./free_ports.ts";

/** The loopback as a pod: all of them share it. */
export class ProcessPod implements Pod {
  readonly name: string;
  readonly host = "127.0.0.1";
  readonly bind = "127.0.0.1";

  constructor(name: string) {
    this.name = name;
  }

  freePorts(count: number): readonly number[] {
    return freePorts(count);
  }
}
