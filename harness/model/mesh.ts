import type { Interception } from "./interception.ts";
import type { Policy } from "./policy.ts";
import type { ProfileSink } from "./profile_sink.ts";
import type { RunningProcess } from "./process.ts";
import type { Recorder } from "./event.ts";
import type { CellRuntime } from "./runtime.ts";

/** What a mesh can promise. A scenario needs some; an adapter declares some. */
export const FEATURES = [
  "routing",
  "traffic-split",
  "subset",
  "push",
  "push-rejection",
  "static-stability",
  "discovery",
  "circuit-breaker",
  "request-limit",
  "outlier-detection",
  "retry",
  "retry-budget",
  "rate-limit",
  "timeout",
  "mutual-tls",
  "certificate-rotation",
  "tracing",
  "attempt-spans",
  "interception",
] as const;
export type Feature = typeof FEATURES[number];

/** `host:port` as whoever lives in the cell dials it. On the process runtime the host is always on loopback. */
export type Address = string;

/** A service of the topology as a mesh sees it; its live instances come from the registry. */
export interface MeshService {
  readonly name: string;
  /** The instances at start, for a mesh (`direct`) that has no discovery. */
  readonly instances: readonly {
    readonly id: string;
    readonly address: Address;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A key pair in PEM. `chain` is the leaf followed by intermediates. */
export interface KeyPair {
  readonly chain: string;
  readonly key: string;
  /** Lower-case hex, no leading zeros trimmed: as a TLS peer prints it. */
  readonly serial: string;
}

/** Issues certificates for one trust domain. */
export interface Authority {
  readonly trustDomain: string;
  /** The trust bundle in PEM. */
  readonly bundle: string;
  /** @param serviceAccount Becomes `spiffe://<trust domain>/ns/default/sa/<serviceAccount>`; DNS `localhost` is added. */
  issue(serviceAccount: string): Promise<KeyPair>;
}

/** All that a mesh is given to live in. */
export interface MeshEnvironment {
  /** Unique in the run and safe in file names. */
  readonly cell: string;
  /** The run's: whatever the harness's own meshes draw comes from streams keyed by it. */
  readonly seed: number;
  readonly services: readonly MeshService[];
  readonly policy: Policy;
  readonly registry: {
    /** For programs that live in the cell. */
    readonly endpoints: readonly Address[];
    /** For what the adapter itself does in the harness. */
    readonly harnessEndpoints: readonly Address[];
    readonly prefix: string;
  };
  readonly recorder: Recorder;
  /** Where the mesh's programs live, and the ways between them and the harness. */
  readonly runtime: CellRuntime;
  /** The OTLP/HTTP base URL that spans go to, such as `http://127.0.0.1:4318/cell`; empty when nobody gathers them. */
  readonly otlpUrl: string;
  readonly authority: Authority;
  /** Serve mutual TLS in front of each instance with this identity; absent when the scenario has no mTLS. */
  readonly identity?: KeyPair;
  /**
   * Callers know nothing of the mesh and dial the instances themselves: stand in their way, in each of these pods.
   * Entries are then the plain addresses. Only where the runtime has a kernel; absent when nothing is intercepted.
   */
  readonly interception?: Interception;
  /** Puts a breakable hop in front of an address where the scenario asked for one by that name; else gives the address back. */
  readonly hop: (name: string, address: Address) => Promise<Address>;
  /** A folder of this cell's own for configuration files and logs. */
  readonly folder: string;
  /** There when the run is profiled: takes what programs of the mesh tell of themselves, for those that can. */
  readonly profiles?: ProfileSink;
  /** Named defect to run with; only `reference` knows any. */
  readonly mutant?: string;
  /** Aborted when the cell is torn down. */
  readonly signal: AbortSignal;
}

/** How the data plane answered a push. */
export interface PushOutcome {
  readonly version: string;
  readonly outcome: "ack" | "nack" | "none";
  /** The data plane's own words when it refused. */
  readonly error: string;
}

/** A mesh that is up: entries are listening, and the first configuration is acknowledged. */
export interface StartedMesh extends AsyncDisposable {
  /** Where a caller of `service` sends (plaintext gRPC). */
  entry(service: string): Address;
  /** The mutual-TLS door in front of the first instance of `service`. Throws where the mesh has none. */
  inbound(service: string): Address;
  /** Offers a new policy and waits until the data plane acknowledged or refused it, at most `timeoutMs`. */
  apply(policy: Policy, timeoutMs: number): Promise<PushOutcome>;
  /** Offers a new leaf to the inbound door. Resolves when offered; when it shows is the clause's business. */
  rotate(identity: KeyPair): Promise<void>;
  /** The proxy in the pod of an instance; undefined where there is none. Only of a mesh that intercepts. */
  sidecar?(instance: string): RunningProcess | undefined;
}

/** A mesh under test. Adapters only translate policy and start programs. */
export interface MeshAdapter {
  readonly name: string;
  readonly features: ReadonlySet<Feature>;
  /** Tools that must be had, by their names in `fixtures/tools/`. */
  readonly tools: readonly string[];
  /** Policy fields (dotted paths) that the adapter cannot honour, with the reason. */
  readonly unsupportedFields: Readonly<Record<string, string>>;
  /** @param toolVersion Version of a tool as the runtime has it. */
  version(toolVersion: (tool: string) => Promise<string>): Promise<string>;
  start(environment: MeshEnvironment): Promise<StartedMesh>;
}
