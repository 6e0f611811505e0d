import type { Registry } from "prom-client";
import type { HostedProxies } from "./hosted_proxies.ts";

/** Both directions by their name in the API. */
const DIRECTIONS = { upstream: "up", downstream: "down" } as const;

/**
 * What went through all proxies that there are, in Prometheus's text format: Toxiproxy's own two counters
 * (its `METRICS.md`), and our count of connections and hits.
 */
export async function metricsOf(
  proxies: HostedProxies,
): Promise<{ readonly type: string; readonly text: string }> {
  // Loaded when first asked for: most runs of the program never are.
  const { Counter, Registry } = await import("prom-client");
  const registry: Registry = new Registry();
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const where = ["direction", "proxy", "listener", "upstream"];
  const received = counter(
    "toxiproxy_proxy_received_bytes_total",
    "Bytes read from the sender of a direction.",
    where,
  );
  const sent = counter(
    "toxiproxy_proxy_sent_bytes_total",
    "Bytes handed to the receiver of a direction.",
    where,
  );
  const connections = counter("meshproof_link_connections_total", "Connections accepted.", where.slice(1));
  for (const { name } of proxies.all()) {
    for (const { place, accepted, ...flows } of await proxies.traffic(name)) {
      const labels = { proxy: name, listener: place.listen, upstream: place.upstream };
      connections.inc(labels, accepted);
      for (const [direction, key] of Object.entries(DIRECTIONS)) {
        received.inc({ direction, ...labels }, flows[key].bytesIn);
        sent.inc({ direction, ...labels }, flows[key].bytesOut);
      }
    }
  }
  return { type: registry.contentType, text: await registry.metrics() };
}
