import type { Drive } from "./drive.ts";
import type { HistoryEvent } from "./event.ts";
import type { InterceptionNeeds } from "./interception.ts";
import type { Feature } from "./mesh.ts";
import type { Policy } from "./policy.ts";
import type { ClauseVerdict } from "./verdict.ts";

/** Labels of one instance; subsets of a DestinationRule select by them. */
export type Labels = Readonly<Record<string, string>>;

/** One service of a scenario. */
export interface ServiceTopology {
  /** How many instances, or the labels of each. All are registered before the drive begins. */
  readonly instances: number | readonly Labels[];
  /** Further instances that run but are not registered; the drive registers them. */
  readonly spare?: number;
}

/** Services by name; the first is the one that calls go to when nothing else is said. */
export type Topology = Readonly<Record<string, ServiceTopology>>;

/** What a cell's environment needs beside services and a mesh. */
export interface Needs {
  /** Lease of every registration, in seconds. Default 5. */
  readonly leaseSeconds?: number;
  /** `own`: a registry cluster that the drive may break. Default `shared`. */
  readonly registry?: "shared" | "own";
  /** Names of the hops that run through a fault link: `control`, `registry:<instance>`, `upstream:<instance>`. */
  readonly links?: readonly string[];
  /** Mutual TLS doors in front of the services. */
  readonly mutualTls?: boolean;
  /** Spans are exported and gathered. */
  readonly traces?: boolean;
  /** Kernel faults: each instance and registry member is in a network namespace of its own, made for this cell. */
  readonly kernel?: boolean;
  /**
   * Every instance has a pod of its own in which the mesh intercepts what comes and goes. Callers dial instances by
   * their plain addresses; the first service is usually a client that the harness calls, and that calls onward.
   */
  readonly interception?: InterceptionNeeds;
}

/**
 * A scenario is a value. `drive` says what happens and asserts nothing; `judge` is a pure function of the
 * history that the drive left, and returns one verdict a clause.
 */
export interface Scenario {
  /** `<family>/<name>`, as the file stands in `scenarios/`. */
  readonly id: string;
  readonly clauses: readonly string[];
  /** Features that a mesh must declare for the cell to be judged. */
  readonly needs: readonly Feature[];
  readonly topology: Topology;
  /** Policy file beside the scenario's file. */
  readonly policy: string;
  readonly environment?: Needs;
  /** About how long it takes; long ones are started first. */
  readonly seconds?: number;
  drive(t: Drive): Promise<void>;
  judge(history: readonly HistoryEvent[], policy: Policy): readonly ClauseVerdict[];
  /** Mutants that this scenario must catch. */
  readonly mutants: readonly string[];
}
