import { FEATURES, type MeshAdapter } from "../model/mesh.ts";

/**
 * Envoy as a sidecar: one process for a cell, with a plaintext entry and (where asked for) a mutual-TLS door for
 * each service, all of it configured by the harness's own xDS control plane.
 */
export const envoy: MeshAdapter = {
  name: "envoy",
  // Envoy ejects single hosts; a breaker on an upstream's error rate with counted probes is not in it.
  features: new Set(FEATURES.filter((feature) => feature !== "circuit-breaker")),
  tools: ["envoy"],
  unsupportedFields: {
    "destinations.breaker":
      "Envoy has no breaker on an error rate: its circuit breakers limit what is in flight, its outlier detection ejects hosts",
  },
  version: (toolVersion) => toolVersion("envoy"),
  // Loaded late: Envoy's message types are of no use to a run without it.
  start: async (environment) =>
    environment.interception === undefined
      ? (await import("./envoy/started_envoy.ts")).startEnvoy(environment)
      : (await import("./envoy/sidecars.ts")).startEnvoySidecars(environment),
};
