import { type Clause, core, extended, WITHOUT_MESH } from "../clause.ts";

export const DISCOVERY: readonly Clause[] = [
  core(
    "DSC-01",
    "A registered instance receives traffic within {T}.",
    "etcd API: watch; Consul API: blocking queries",
  ),
  core(
    "DSC-02",
    "Each registration is bound to a lease: it is gone when the lease ends, not before {TTL}, not after {TTL + margin}.",
    "etcd API: lease; Consul API: session TTL",
    WITHOUT_MESH,
  ),
  core(
    "DSC-03",
    "Keep-alive at most every {TTL/3} holds the registration for 5 x TTL without a gap.",
    "etcd API: LeaseKeepAlive",
    WITHOUT_MESH,
  ),
  core(
    "DSC-04",
    "Instance killed: no traffic to it after the lease ends; until then its failures are masked where retries are allowed.",
    "etcd API: lease expiry; Envoy: EDS",
  ),
  core(
    "DSC-05",
    "Graceful stop: deregisters at once, drains, loses no request.",
    "Kubernetes: termination of pods; etcd API: LeaseRevoke",
  ),
  core(
    "DSC-06",
    "Instance paused past its TTL is removed; resumed, it notices that its lease is lost and registers anew.",
    "etcd API: LeaseKeepAlive of an expired lease (TTL 0)",
  ),
  core(
    "DSC-07",
    "Instance cut off from the registry past its TTL leaves, and returns after the heal.",
    "etcd API: lease expiry",
  ),
  core(
    "DSC-08",
    "Registry leader killed: no endpoint is lost, new registrations succeed after the election.",
    "etcd: failures, leader failure",
  ),
  core(
    "DSC-09",
    "Client on the minority side of a partitioned registry finds the majority.",
    "etcd: failures, network partition",
  ),
  core(
    "DSC-10",
    "Registry without quorum: endpoints are kept (fail static), nothing is written, and all recovers.",
    "etcd: failures, majority failure",
  ),
  core(
    "DSC-11",
    "A watch that breaks resumes at its revision: each event applied once, in order.",
    "etcd API: watch, start_revision",
  ),
  core(
    "DSC-12",
    "History compacted while disconnected: relist; no stale endpoint survives.",
    "etcd API: watch, compact_revision",
  ),
  extended(
    "DSC-13",
    "A flapping instance causes neither traffic to its dead phase beyond the bound nor growth in memory.",
    "etcd API: watch; Envoy: EDS",
  ),
  core(
    "DSC-14",
    "An instance that comes back under the same name at another address replaces the old one.",
    "etcd API: put",
  ),
  core(
    "DSC-15",
    "A malformed registration is skipped and reported; the others are served.",
    "Envoy xDS protocol: a bad resource does not spoil the others",
  ),
  core("DSC-16", "A lease revoked by an operator removes the instance at once.", "etcd API: LeaseRevoke"),
  core(
    "DSC-17",
    "Only the service's own prefix counts (`/services/api` is not `/services/api-gw`).",
    "etcd API: key ranges",
  ),
];
