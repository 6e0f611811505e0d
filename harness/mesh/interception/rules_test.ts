import { assert, assertEquals, assertThrows } from "@std/assert";
import { type RuleOptions, SIDECAR, sidecarRules } from "../../model/interception.ts";
import { interceptionRules, removalRules } from "./rules.ts";

const PLAIN = sidecarRules();

function rulesOf(chain: string, options: Partial<RuleOptions> = {}): string[] {
  const lines = interceptionRules({ ...PLAIN, ...options }).split("\n");
  return lines.filter((line) => line.startsWith(`-A ${chain} `)).map((line) =>
    line.slice(`-A ${chain} `.length)
  );
}

/** A connection as the OUTPUT chain sees it, of which only the part that our rules look at. */
interface Opened {
  readonly user: number;
  readonly from: string;
  readonly to: string;
  readonly port: number;
  readonly isLocal: boolean;
}

/** Goes through the chain as the kernel does: the first rule whose parts all hold decides. */
function whereTo(opened: Opened, options: Partial<RuleOptions> = {}): string {
  const inBlock = (address: string, block: string) =>
    block.includes("/8") ? address.startsWith(block.slice(0, 3)) : address === block.replace("/32", "");
  for (const rule of rulesOf("ISTIO_OUTPUT", options)) {
    const negated = (part: string) => new RegExp(`! -+${part} `).test(rule);
    const value = (part: string) => new RegExp(`(?:^| )-+${part} (\\S+)`).exec(rule)?.[1];
    const holds = [
      value("dport") === undefined || Number(value("dport")) === opened.port,
      value("s") === undefined || inBlock(opened.from, value("s") ?? ""),
      value("d") === undefined || inBlock(opened.to, value("d") ?? "") !== negated("d"),
      value("o") === undefined || opened.isLocal,
      !rule.includes("--uid-owner") ||
      (Number(/--uid-owner (\d+)/.exec(rule)?.[1]) === opened.user) !== rule.includes("! --uid-owner"),
    ].every(Boolean);
    if (holds) return value("j") ?? "";
  }
  return "ACCEPT";
}

const PROGRAM: Opened = { user: 1000, from: "10.0.0.2", to: "10.0.0.3", port: 8080, isLocal: false };
const PROXY: Opened = { ...PROGRAM, user: SIDECAR.userId };

Deno.test("interceptionRules send what the program opens to the outbound proxy, and what the proxy opens where it dials", () => {
  assertEquals(whereTo(PROGRAM), "ISTIO_REDIRECT");
  assertEquals(whereTo(PROXY), "RETURN");
  assertEquals(rulesOf("ISTIO_REDIRECT"), ["-p tcp -j REDIRECT --to-ports 15001"]);
});

Deno.test("interceptionRules leave the pod's own traffic alone, but for the outbound proxy's calls to its own pod", () => {
  const own = { to: "10.0.0.2", isLocal: true };
  assertEquals(whereTo({ ...PROGRAM, ...own }), "RETURN");
  assertEquals(whereTo({ ...PROGRAM, to: "127.0.0.1", isLocal: true }), "RETURN");
  assertEquals(whereTo({ ...PROXY, to: "127.0.0.1", isLocal: true }), "RETURN");
  assertEquals(whereTo({ ...PROXY, ...own }), "ISTIO_IN_REDIRECT");
  assertEquals(whereTo({ ...PROXY, ...own, from: SIDECAR.inboundSource }), "RETURN");
});

Deno.test("interceptionRules let excluded ports and addresses pass, and nothing beside them", () => {
  const options = { excludedOutboundPorts: [9090], excludedAddresses: ["10.0.0.9", "11.0.0.0/8"] };
  assertEquals(whereTo({ ...PROGRAM, port: 9090 }, options), "RETURN");
  assertEquals(whereTo({ ...PROGRAM, port: 9091 }, options), "ISTIO_REDIRECT");
  assertEquals(whereTo({ ...PROGRAM, to: "10.0.0.9" }, options), "RETURN");
  assertEquals(whereTo({ ...PROGRAM, to: "11.2.3.4" }, options), "RETURN");
  assertEquals(whereTo({ ...PROGRAM, to: "10.0.0.8" }, options), "ISTIO_REDIRECT");
});

Deno.test("interceptionRules capture all that comes in but excluded ports", () => {
  assertEquals(rulesOf("ISTIO_INBOUND", { excludedInboundPorts: [20, 21] }), [
    "-p tcp --dport 20 -j RETURN",
    "-p tcp --dport 21 -j RETURN",
    "-p tcp -j ISTIO_IN_REDIRECT",
  ]);
  assertEquals(rulesOf("ISTIO_IN_REDIRECT"), ["-p tcp -j REDIRECT --to-ports 15006"]);
  assertEquals(rulesOf("PREROUTING"), ["-p tcp -j ISTIO_INBOUND"]);
  assertEquals(rulesOf("OUTPUT"), ["-p tcp -j ISTIO_OUTPUT"]);
});

Deno.test("interceptionRules refuse what is no port, user or address, by its value", () => {
  const refused = (options: Partial<RuleOptions>, says: string) =>
    assertThrows(() => interceptionRules({ ...PLAIN, ...options }), TypeError, says);
  refused({ excludedInboundPorts: [0] }, "expected a port, found 0");
  refused({ outboundPort: 65536 }, "expected a port, found 65536");
  refused({ proxyUserId: -1 }, "expected a numeric user id, found -1");
  refused({ excludedAddresses: ["example.org; reboot"] }, 'found "example.org; reboot"');
});

Deno.test("removalRules delete every chain and jump that interceptionRules make", () => {
  const made = interceptionRules(PLAIN).split("\n");
  const removed = removalRules().split("\n");
  const chains = made.filter((line) => line.startsWith(":")).map((line) => line.slice(1).split(" ")[0]);
  assertEquals(chains.length, 4);
  for (const chain of chains) {
    assert(removed.includes(`-F ${chain}`) && removed.includes(`-X ${chain}`), chain);
  }
  const jumps = made.filter((line) => /^-A (PREROUTING|OUTPUT) /.test(line));
  assertEquals(
    jumps.map((line) => line.replace("-A", "-D")),
    removed.filter((line) => line.startsWith("-D")),
  );
});
