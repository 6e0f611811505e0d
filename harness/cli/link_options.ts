/** What the options of `link` say, as the messages of its API. */
import { errorText } from "../model/error_text.ts";
import { type ProxyInput, readProxies, type ToxicInput } from "../faults/link/toxiproxy/mod.ts";
import { UsageError } from "./exit.ts";

/** A proxy without its toxics: `name=listen->upstream`. */
const PROXY = /^([^=]+)=(.*?)->(.+)$/;
/** `proxy:type`, then `:key=value,key=value`. */
const TOXIC = /^([^:]+):([^:]+)(?::(.*))?$/;

/** Keys of `--toxic` that are no attribute. */
const FIELDS = new Set(["name", "stream", "toxicity"]);

/** Options that say what there is from the start. */
export interface LinkStart {
  readonly config?: string;
  readonly proxy?: readonly string[];
  readonly toxic?: readonly string[];
}

/**
 * The proxies to begin with, in the order config file, then `--proxy`, each with the toxics of `--toxic`.
 *
 * @throws {UsageError} When an option is not of its form, or names a proxy that is not there.
 */
export async function proxiesToStart({ config, proxy = [], toxic = [] }: LinkStart): Promise<ProxyInput[]> {
  const proxies = [...config === undefined ? [] : await readConfig(config), ...proxy.map(proxyOf)];
  for (const text of toxic) {
    const [, name = "", type = "", parameters = ""] = TOXIC.exec(text) ?? wrong(
      "--toxic",
      text,
      "PROXY:TYPE or PROXY:TYPE:KEY=VALUE,..., such as redis:latency:latency=100,stream=upstream",
    );
    const index = proxies.findIndex((each) => each.name === name);
    const found = proxies[index];
    if (found === undefined) {
      throw new UsageError(
        `--toxic ${text}: expected a proxy of --proxy or --config, found "${name}"; there are: ${
          proxies.map((each) => each.name).join(", ") || "none"
        }`,
      );
    }
    proxies[index] = type === "down"
      ? { ...found, enabled: false }
      : { ...found, arm: [...found.arm, toxicOf(text, type, parameters)] };
  }
  return proxies;
}

function proxyOf(text: string): ProxyInput {
  const [, name = "", listen = "", upstream = ""] = PROXY.exec(text) ?? wrong(
    "--proxy",
    text,
    "NAME=LISTEN->UPSTREAM, such as redis=127.0.0.1:26379->127.0.0.1:6379",
  );
  return readProxies([{ name, listen, upstream }])[0] as ProxyInput;
}

function toxicOf(text: string, type: string, parameters: string): ToxicInput {
  const fields: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  for (const pair of parameters === "" ? [] : parameters.split(",")) {
    const [, key = "", value = ""] = /^([^=]+)=(.*)$/.exec(pair) ??
      wrong("--toxic", text, `KEY=VALUE in place of "${pair}"`);
    (FIELDS.has(key) ? fields : attributes)[key] = valueOf(value);
  }
  const [proxy] = readProxies([{ arm: [{ ...fields, type, attributes }] }]);
  return proxy?.arm[0] as ToxicInput;
}

/** A number, a truth value, or the text itself. */
function valueOf(text: string): unknown {
  return /^(-?\d+(\.\d+)?|true|false)$/.test(text) ? JSON.parse(text) : text;
}

async function readConfig(path: string): Promise<ProxyInput[]> {
  try {
    return readProxies(JSON.parse(await Deno.readTextFile(path)));
  } catch (error) {
    throw new UsageError(
      `--config ${path}: expected a JSON file with a list of proxies, as Toxiproxy's: ${errorText(error)}`,
    );
  }
}

function wrong(option: string, text: string, expected: string): never {
  throw new UsageError(`${option} ${text}: expected ${expected}`);
}
