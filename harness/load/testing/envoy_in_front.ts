import { awaitReady } from "../../runtime/await_ready.ts";
import { openTestRuntime } from "../../runtime/testing/test_runtime.ts";

const READY_LIMIT_MS = 120_000;
const CLUSTER = "upstream";

/** A running Envoy with one route, to one upstream over HTTP/2. */
export interface EnvoyInFront extends AsyncDisposable {
  readonly address: string;
}

/** Starts the pinned Envoy in front of a server, on ephemeral ports. */
export async function startEnvoyInFront(upstream: string): Promise<EnvoyInFront> {
  const test = await openTestRuntime();
  try {
    let folder = "";
    const envoy = await test.runtime.spawn({
      name: "envoy",
      program: { tool: "envoy" },
      files: { "envoy.json": JSON.stringify(configuration(upstream)) },
      args: (own) => {
        folder = own;
        return [
          ...["--config-path", `${own}/envoy.json`, "--admin-address-path", `${own}/admin.txt`],
          ...["--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"],
        ];
      },
    });
    const address = await awaitReady(envoy, async (signal) => {
      let bound: string | undefined;
      while (bound === undefined) {
        signal.throwIfAborted();
        bound = await boundAddress(folder, signal).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return bound;
    }, { timeoutMs: READY_LIMIT_MS, what: "a bound listener" });
    return {
      address,
      [Symbol.asyncDispose]: async () => {
        await envoy.kill();
        await test[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await test[Symbol.asyncDispose]();
    throw error;
  }
}

async function boundAddress(folder: string, signal: AbortSignal): Promise<string | undefined> {
  const admin = await Deno.readTextFile(`${folder}/admin.txt`);
  const response = await fetch(`http://${admin.trim()}/listeners?format=json`, { signal });
  const { listener_statuses: [listener] = [] } = await response.json() as {
    listener_statuses?: { local_address: { socket_address: { port_value: number } } }[];
  };
  const port = listener?.local_address.socket_address.port_value ?? 0;
  return port === 0 ? undefined : `127.0.0.1:${port}`;
}

function configuration(upstream: string): unknown {
  const { hostname, port } = new URL(`http://${upstream}`);
  const typed = (name: string, more: object = {}) => ({
    "@type": `type.googleapis.com/envoy.extensions.${name}`,
    ...more,
  });
  const socket = (address: string, portValue: number) => ({ socketAddress: { address, portValue } });
  const route = { match: { prefix: "/" }, route: { cluster: CLUSTER, timeout: "0s" } };
  return {
    admin: { address: socket("127.0.0.1", 0) },
    staticResources: {
      listeners: [{
        name: "front",
        address: socket("127.0.0.1", 0),
        filterChains: [{
          filters: [{
            name: "http",
            typedConfig: typed(
              "filters.network.http_connection_manager.v3.HttpConnectionManager",
              {
                statPrefix: "front",
                codecType: "HTTP2",
                routeConfig: { virtualHosts: [{ name: "all", domains: ["*"], routes: [route] }] },
                httpFilters: [{ name: "router", typedConfig: typed("filters.http.router.v3.Router") }],
              },
            ),
          }],
        }],
      }],
      clusters: [{
        name: CLUSTER,
        type: "STATIC",
        connectTimeout: "1s",
        loadAssignment: {
          clusterName: CLUSTER,
          endpoints: [{ lbEndpoints: [{ endpoint: { address: socket(hostname, Number(port)) } }] }],
        },
        typedExtensionProtocolOptions: {
          "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
            "upstreams.http.v3.HttpProtocolOptions",
            { explicitHttpConfig: { http2ProtocolOptions: {} } },
          ),
        },
      }],
    },
  };
}
