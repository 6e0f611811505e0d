/** An instance as the registry knows it. */
export interface Instance {
  readonly id: string;
  /** `host:port`. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Which instance of which service a key speaks of. */
export interface RegistrationKey {
  readonly service: string;
  readonly instance: string;
}

/** The prefix under which services register: `<prefix>/services/`, separator included. */
export function servicesPrefix(prefix: string): string {
  return `${prefix}/services/`;
}

/**
 * Reads `<prefix>/services/<service>/<instance>`.
 *
 * @returns The parts, or undefined when the key is not of this shape.
 */
export function parseRegistrationKey(prefix: string, key: string): RegistrationKey | undefined {
  const root = servicesPrefix(prefix);
  if (!key.startsWith(root)) return undefined;
  const [service, instance, ...rest] = key.slice(root.length).split("/");
  if (
    service === undefined || service === "" || instance === undefined || instance === "" || rest.length > 0
  ) {
    return undefined;
  }
  return { service, instance };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads a registration's value: `{"address":"127.0.0.1:4000","labels":{"version":"v1"}}`; labels may be absent.
 *
 * @throws {TypeError} Says which field was expected to be what, and what it is.
 */
export function parseRegistration(id: string, value: string): Instance {
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch {
    throw new TypeError(`expected a JSON object with address and labels, found ${JSON.stringify(value)}`);
  }
  if (!isRecord(parsed)) throw new TypeError(`expected a JSON object, found ${JSON.stringify(parsed)}`);
  const { address, labels = {} } = parsed;
  const port = typeof address === "string" ? Number(/^[^\s:]+:(\d{1,5})$/.exec(address)?.[1] ?? 0) : 0;
  if (typeof address !== "string" || port < 1 || port > 65535) {
    throw new TypeError(`address: expected host:port, found ${JSON.stringify(address)}`);
  }
  if (!isRecord(labels)) throw new TypeError(`labels: expected an object, found ${JSON.stringify(labels)}`);
  for (const [name, label] of Object.entries(labels)) {
    if (typeof label !== "string") {
      throw new TypeError(`labels.${name}: expected a string, found ${JSON.stringify(label)}`);
    }
  }
  return { id, address, labels: labels as Record<string, string> };
}

/** Whether two registrations say the same. */
export function sameInstance(left: Instance, right: Instance): boolean {
  const labels = Object.entries(left.labels);
  return left.id === right.id && left.address === right.address &&
    labels.length === Object.keys(right.labels).length &&
    labels.every(([name, label]) => right.labels[name] === label);
}
