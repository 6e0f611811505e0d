import { z } from "zod";
import { ApiError } from "./api_error.ts";
import type { HostedProxies, Populated } from "./hosted_proxies.ts";
import { readJson } from "./json_body.ts";
import { readProxies, readProxy, readToxic, readToxicChange } from "./messages.ts";
import { metricsOf } from "./metrics.ts";
import type { Route } from "./routes.ts";

/**
 * The paths of Toxiproxy's HTTP API (2.12, `api.go`; the README's table), on `proxies`, and two of our own:
 * `GET /toxics` lists the types with the JSON Schema of their attributes, `GET /proxies/<name>/hits` says what each
 * toxic did: `{<toxic>: {connections, bytes, pieces, strikes}}`.
 *
 * @param version What `GET /version` says.
 */
export function apiRoutes(proxies: HostedProxies, version: string): readonly Route[] {
  const changeProxy: Route["methods"][string] = async (request, [name = ""]) => {
    proxies.get(name);
    const input = readProxy(await readJson(request));
    return await proxies.with(name, async (proxy) => {
      await proxy.update(input);
      return Response.json(proxy.message);
    });
  };
  const changeToxic: Route["methods"][string] = async (request, [name = "", toxic = ""]) => {
    proxies.get(name).toxics.get(toxic);
    const change = readToxicChange(await readJson(request));
    return Response.json(await proxies.with(name, (proxy) => proxy.changeToxic(toxic, change)));
  };
  return [
    { path: ["version"], methods: { GET: () => Response.json({ version }) } },
    {
      path: ["toxics"],
      methods: {
        GET: () =>
          Response.json(
            [...proxies.options.types.values()].map(({ type, attributes }) => ({
              type,
              attributes: z.toJSONSchema(attributes, { io: "input" }),
            })),
          ),
      },
    },
    {
      path: ["metrics"],
      methods: {
        GET: async () => {
          const { type, text } = await metricsOf(proxies);
          return new Response(text, { headers: { "content-type": type } });
        },
      },
    },
    {
      path: ["proxies"],
      methods: {
        GET: () => Response.json(Object.fromEntries(proxies.all().map((each) => [each.name, each.message]))),
        POST: async (request) => {
          const input = readProxy(await readJson(request));
          return Response.json(await proxies.create(input), { status: 201 });
        },
      },
    },
    {
      path: ["populate"],
      methods: {
        POST: async (request) => {
          const { error, proxies: made } = await populated(proxies, readJson(request));
          if (error === undefined) return Response.json({ proxies: made }, { status: 201 });
          const { message, status } = error;
          return Response.json({ error: message, status, proxies: made }, { status });
        },
      },
    },
    {
      path: ["reset"],
      methods: {
        POST: async () => {
          await proxies.reset();
          return new Response(null, { status: 204 });
        },
      },
    },
    {
      path: ["proxies", "*"],
      methods: {
        GET: (_, [name = ""]) => Response.json(proxies.get(name).message),
        POST: changeProxy,
        PATCH: changeProxy,
        DELETE: async (_, [name = ""]) => {
          await proxies.remove(name);
          return new Response(null, { status: 204 });
        },
      },
    },
    {
      path: ["proxies", "*", "toxics"],
      methods: {
        GET: (_, [name = ""]) => Response.json(proxies.get(name).toxics.messages),
        POST: async (request, [name = ""]) => {
          proxies.get(name);
          const input = readToxic(await readJson(request));
          return Response.json(await proxies.with(name, (proxy) => proxy.addToxic(input)));
        },
      },
    },
    {
      path: ["proxies", "*", "hits"],
      methods: {
        GET: async (_, [name = ""]) => Response.json(await proxies.with(name, (proxy) => proxy.hits())),
      },
    },
    {
      path: ["proxies", "*", "toxics", "*"],
      methods: {
        GET: (_, [name = "", toxic = ""]) => Response.json(proxies.get(name).toxics.get(toxic).message),
        POST: changeToxic,
        PATCH: changeToxic,
        DELETE: async (_, [name = "", toxic = ""]) => {
          await proxies.with(name, (proxy) => proxy.removeToxic(toxic));
          return new Response(null, { status: 204 });
        },
      },
    },
  ];
}

/** Its answer lists the proxies that there are also where something is wrong. */
async function populated(proxies: HostedProxies, body: Promise<unknown>): Promise<Populated> {
  try {
    return await proxies.populate(readProxies(await body));
  } catch (error) {
    if (error instanceof ApiError) return { proxies: [], error };
    throw error;
  }
}
