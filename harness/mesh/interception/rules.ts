import type { RuleOptions } from "../../model/interception.ts";

const CHAINS = ["ISTIO_INBOUND", "ISTIO_IN_REDIRECT", "ISTIO_OUTPUT", "ISTIO_REDIRECT"] as const;
const ADDRESS = /^(\d{1,3}\.){3}\d{1,3}(\/\d{1,2})?$/;

/**
 * The rules that put a proxy in the way of all TCP of a pod, as text for `iptables-restore --noflush`. They are laid out
 * as by Istio's `istio-iptables` in REDIRECT mode, its chains by their names, so that what is known of those is true of
 * these. Two things of Istio's are left out, which nothing here uses: the exemption of the proxy's group beside its
 * user, and HBONE's port.
 *
 * Order matters in ISTIO_OUTPUT, as the first match decides:
 * 1. excluded ports, before anything else, so that they hold for the proxy's calls to its own pod too;
 * 2. what the inbound proxy sends to its own program, known by its source: captured, it would come back to it for ever;
 * 3. what the outbound proxy sends to its own pod goes through the inbound proxy, as if it came from elsewhere;
 * 4. what the program sends to itself stays between it and the loopback;
 * 5. what else the proxy sends leaves the pod: captured, it would come back to it for ever;
 * 6. the loopback's own address, and excluded addresses;
 * 7. all the rest is the outbound proxy's.
 *
 * @throws {TypeError} When a port, user or address is none.
 */
export function interceptionRules(options: RuleOptions): string {
  const { outboundPort, inboundPort, proxyUserId, inboundSource } = options;
  const { excludedInboundPorts, excludedOutboundPorts, excludedAddresses } = options;
  const ports = [outboundPort, inboundPort, ...excludedInboundPorts, ...excludedOutboundPorts];
  for (const port of ports) demand(port > 0 && port < 65536 && Number.isInteger(port), "a port", port);
  demand(Number.isInteger(proxyUserId) && proxyUserId >= 0, "a numeric user id", proxyUserId);
  for (const address of [inboundSource, ...excludedAddresses]) {
    demand(ADDRESS.test(address), "an IPv4 address or CIDR block", address);
  }
  const owner = `-m owner --uid-owner ${proxyUserId}`;
  const lines = [
    "*nat",
    ...CHAINS.map((chain) => `:${chain} - [0:0]`),
    "-A PREROUTING -p tcp -j ISTIO_INBOUND",
    "-A OUTPUT -p tcp -j ISTIO_OUTPUT",
    ...excludedInboundPorts.map((port) => `-A ISTIO_INBOUND -p tcp --dport ${port} -j RETURN`),
    "-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT",
    `-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports ${inboundPort}`,
    ...excludedOutboundPorts.map((port) => `-A ISTIO_OUTPUT -p tcp --dport ${port} -j RETURN`),
    `-A ISTIO_OUTPUT -s ${inboundSource}/32 -o lo -j RETURN`,
    `-A ISTIO_OUTPUT ! -d 127.0.0.1/32 -o lo ${owner} -j ISTIO_IN_REDIRECT`,
    `-A ISTIO_OUTPUT -o lo -m owner ! --uid-owner ${proxyUserId} -j RETURN`,
    `-A ISTIO_OUTPUT ${owner} -j RETURN`,
    "-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN",
    ...excludedAddresses.map((address) => `-A ISTIO_OUTPUT -d ${address} -j RETURN`),
    "-A ISTIO_OUTPUT -j ISTIO_REDIRECT",
    `-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports ${outboundPort}`,
    "COMMIT",
  ];
  return lines.join("\n") + "\n";
}

/** Takes exactly those rules away again, and leaves all others; text for `iptables-restore --noflush`. */
export function removalRules(): string {
  const lines = [
    "*nat",
    "-D PREROUTING -p tcp -j ISTIO_INBOUND",
    "-D OUTPUT -p tcp -j ISTIO_OUTPUT",
    ...CHAINS.map((chain) => `-F ${chain}`),
    ...CHAINS.map((chain) => `-X ${chain}`),
    "COMMIT",
  ];
  return lines.join("\n") + "\n";
}

/** The command line that puts rules in force all at once, and leaves those of others. `text` is a table or more. */
export function installCommand(text: string): readonly string[] {
  // A program in a pod gets no standard input; the shell writes it.
  return ["sh", "-c", 'printf %s "$1" | iptables-restore --noflush --wait 5', "sh", text];
}

/** The command line that takes the rules away; it does nothing where there are none. */
export function removalCommand(): readonly string[] {
  const script = "iptables-save -t nat | grep -q ISTIO_OUTPUT || exit 0; " +
    'printf %s "$1" | iptables-restore --noflush --wait 5';
  return ["sh", "-c", script, "sh", removalRules()];
}

function demand(holds: boolean, what: string, found: unknown): void {
  if (holds) return;
  throw new TypeError(`Cannot make interception rules: expected ${what}, found ${JSON.stringify(found)}`);
}
