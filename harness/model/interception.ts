/** Transparent interception: what a pod is set up like, in the words and by the numbers of Istio's sidecar. */
import type { Pod } from "./process.ts";

/** Ports and user of a sidecar, as Istio has them (istio.io: "Ports used by Istio"). */
export const SIDECAR = {
  /** Where what a program of the pod sends is redirected to. */
  outboundPort: 15001,
  /** Where what is sent to the pod is redirected to. */
  inboundPort: 15006,
  /** The proxy runs as this user; what it sends is not redirected. */
  userId: 1337,
  /** The proxy's connections to the program of its own pod come from here, and so are told from all others. */
  inboundSource: "127.0.0.6",
} as const;

/** Request header in which each proxy on the way leaves its mark, the first one first. */
export const VIA_HEADER = "x-meshproof-via";

/** Which of its two proxies a request went through at a pod. */
export type Direction = "outbound" | "inbound";

/** The mark of a pod's proxy. */
export function viaMark(instance: string, direction: Direction): string {
  return `${instance}/${direction}`;
}

/** The marks of a {@link VIA_HEADER} in their order; none without a header. */
export function viaMarks(header: string | undefined): readonly string[] {
  return (header ?? "").split(",").map((mark) => mark.trim()).filter((mark) => mark !== "");
}

/** What a scenario asks for; services by their names in the topology. */
export interface InterceptionNeeds {
  /**
   * Services at whose own port nothing that comes in is captured, as Istio's `excludeInboundPorts`. The client of a
   * scenario is one, so that the harness can call it also while its proxy is dead.
   */
  readonly uncapturedInbound?: readonly string[];
  /** Services at whose port nothing that goes out is captured, whatever its address: `excludeOutboundPorts`. */
  readonly excludedPortsOf?: readonly string[];
  /** Services at whose addresses nothing that goes out is captured, whatever its port: `excludeOutboundIPRanges`. */
  readonly excludedAddressesOf?: readonly string[];
}

/** What a pod's rules leave alone beside the proxy itself. */
export interface Exclusions {
  readonly excludedInboundPorts: readonly number[];
  readonly excludedOutboundPorts: readonly number[];
  /** IPv4 addresses or CIDR blocks, outbound. */
  readonly excludedAddresses: readonly string[];
}

/** What a pod's rules are made of. */
export interface RuleOptions extends Exclusions {
  /** The proxy's port for what goes out. */
  readonly outboundPort: number;
  /** The proxy's port for what comes in. */
  readonly inboundPort: number;
  /** What this user sends is not redirected, but for what it sends to its own pod. */
  readonly proxyUserId: number;
  /** Where the proxy's connections to the program of its own pod come from. */
  readonly inboundSource: string;
}

/** The rules of a sidecar at Istio's ports, which leave alone what is given and nothing else. */
export function sidecarRules(exclusions: Partial<Exclusions> = {}): RuleOptions {
  return {
    outboundPort: SIDECAR.outboundPort,
    inboundPort: SIDECAR.inboundPort,
    proxyUserId: SIDECAR.userId,
    inboundSource: SIDECAR.inboundSource,
    excludedInboundPorts: exclusions.excludedInboundPorts ?? [],
    excludedOutboundPorts: exclusions.excludedOutboundPorts ?? [],
    excludedAddresses: exclusions.excludedAddresses ?? [],
  };
}

/** A pod that a mesh is to intercept, with its one program listening in it. */
export interface InterceptedPod extends Exclusions {
  readonly instance: string;
  readonly service: string;
  readonly pod: Pod;
  /** `host:port` of the program, which knows nothing of the mesh. */
  readonly address: string;
}

/** What an adapter is given to intercept; it makes its rules by the kernel of its cell's runtime. */
export interface Interception {
  readonly pods: readonly InterceptedPod[];
}
