import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EventBody, PushEvent, Recorder } from "../model/event.ts";
import { AdsClient } from "./ads_client.ts";
import { AdsServer } from "./ads_server.ts";
import { TYPE_URLS } from "./resource_types.ts";
import type { Resource } from "./snapshot.ts";

const TIMEOUT_MS = 5000;

function resource(typeUrl: string, name: string, text: string): Resource {
  return { typeUrl, name, bytes: new TextEncoder().encode(text) };
}

function texts(resources: readonly { bytes: Uint8Array }[]): string[] {
  return resources.map(({ bytes }) => new TextDecoder().decode(bytes));
}

/** A recorder that keeps pushes, and lets a test await the one that it looks for. */
class PushLog implements Recorder {
  readonly events: PushEvent[] = [];
  readonly #waiting: { matches: (event: PushEvent) => boolean; resolve: (event: PushEvent) => void }[] = [];

  record(_source: string, body: EventBody): void {
    if (body.kind !== "push") return;
    this.events.push(body);
    for (const waiter of this.#waiting) if (waiter.matches(body)) waiter.resolve(body);
  }
  now(): number {
    return performance.now();
  }
  fromEpoch(epochMs: number): number {
    return epochMs - performance.timeOrigin;
  }
  seen(matches: (event: PushEvent) => boolean): Promise<PushEvent> {
    const past = this.events.find(matches);
    if (past !== undefined) return Promise.resolve(past);
    return new Promise((resolve) => this.#waiting.push({ matches, resolve }));
  }
  edges(type: string): string[] {
    return this.events.filter((event) => event.type === type).map(({ edge, version }) =>
      `${edge} ${version}`
    );
  }
}

Deno.test("AdsServer pushes a change to a subscriber and settled tells that it was acknowledged", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  const seen: string[][] = [];
  server.set("t", [resource("t", "a", "first")]);
  client.subscribe("t", [], (resources) => void seen.push(texts(resources)));
  assertEquals(await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS }), {
    version: "1",
    outcome: "ack",
    error: "",
  });
  server.set("t", [resource("t", "a", "second"), resource("t", "b", "third")]);
  assertEquals((await server.settled({ timeoutMs: TIMEOUT_MS })).outcome, "ack");
  assertEquals(seen, [["first"], ["second", "third"]]);
  assertEquals(log.edges("t"), ["offered 1", "sent 1", "ack 1", "offered 2", "sent 2", "ack 2"]);
  assertEquals(client.version("t"), "2");
  client.close();
});

Deno.test("AdsServer binds the host and port that it is given, and says so", async () => {
  await using server = new AdsServer({ host: "127.0.0.2" });
  const address = await server.start();
  assert(/^127\.0\.0\.2:[1-9]\d*$/.test(address), address);
  assertEquals(server.address, address);
  await using second = new AdsServer({ host: "127.0.0.2", port: Number(address.split(":")[1]) });
  await assertRejects(() => second.start(), Error, address);
});

Deno.test("AdsServer does not send again what did not change", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  server.set("t", [resource("t", "a", "same")]);
  client.subscribe("t", [], () => {});
  await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS });
  assertEquals(server.set("t", [resource("t", "a", "same")]), "1");
  assertEquals((await server.settled({ timeoutMs: TIMEOUT_MS })).outcome, "ack");
  assertEquals(log.edges("t"), ["offered 1", "sent 1", "ack 1"]);
  client.close();
});

Deno.test("AdsServer keeps a NACK's words, is told the last good version, and sends nothing until content changes", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  server.set("t", [resource("t", "a", "good")]);
  client.subscribe("t", [], (resources) => {
    if (texts(resources).includes("bad")) throw new Error("a: bad is not a policy");
  });
  await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS });
  server.set("t", [resource("t", "a", "bad")]);
  const refused = await server.settled({ timeoutMs: TIMEOUT_MS });
  assertEquals(refused, { version: "2", outcome: "nack", error: "a: bad is not a policy" });
  assertEquals((await log.seen(({ edge }) => edge === "nack")).version, "1");
  server.set("t", [resource("t", "a", "bad")]);
  server.set("t", [resource("t", "a", "better")]);
  assertEquals((await server.settled({ timeoutMs: TIMEOUT_MS })).outcome, "ack");
  assertEquals(log.edges("t").slice(3), ["offered 2", "sent 2", "nack 1", "offered 3", "sent 3", "ack 3"]);
  client.close();
});

Deno.test("AdsServer sends later types of the push order only after the earlier are acknowledged", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  const { cluster, endpoint, listener, route } = TYPE_URLS;
  const configuration = (suffix: string, clusters: readonly string[]) =>
    new Map([
      [route, [resource(route, "r", `route ${suffix}`)]],
      [listener, [resource(listener, "l", "listener")]],
      [endpoint, clusters.map((name) => resource(endpoint, name, `endpoints of ${name}`))],
      [cluster, clusters.map((name) => resource(cluster, name, `cluster ${name}`))],
    ]);
  client.subscribe(endpoint, [], () => {});
  client.subscribe(route, ["r"], () => {});
  client.subscribe(listener, [], () => {});
  client.subscribe(cluster, [], (resources) => {
    client.setNames(endpoint, texts(resources).map((text) => text.replace("cluster ", "")));
  });
  const options = { typeUrls: [cluster, endpoint, listener, route], everyName: true, timeoutMs: TIMEOUT_MS };
  assertEquals((await server.apply(configuration("1", ["old"]), options)).outcome, "ack");
  const from = log.events.length;
  assertEquals((await server.apply(configuration("2", ["new"]), options)).outcome, "ack");
  const names = new Map<string, string>([[cluster, "CDS"], [endpoint, "EDS"], [route, "RDS"]]);
  const steps = log.events.slice(from).filter(({ edge }) => edge === "sent" || edge === "ack")
    .map(({ edge, type }) => `${edge} ${names.get(type)}`);
  const routeSent = steps.indexOf("sent RDS");
  const before = steps.slice(0, routeSent);
  assert(before.includes("ack CDS") && before.at(-1) === "ack EDS", `before RDS: ${before}`);
  // The old cluster leaves only after the routes that replace it are acknowledged.
  assertEquals(steps.slice(routeSent, routeSent + 3), ["sent RDS", "ack RDS", "sent CDS"]);
  assertEquals([...server.snapshot.get(cluster)?.resources.keys() ?? []], ["new"]);
  client.close();
});

Deno.test("AdsServer holds routes back while the clusters that they need are refused", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  const { cluster, route } = TYPE_URLS;
  client.subscribe(route, ["r"], () => {});
  client.subscribe(cluster, [], (resources) => {
    if (texts(resources).includes("bad")) throw new Error("bad cluster");
  });
  const push = (text: string) =>
    server.apply(
      new Map([[cluster, [resource(cluster, "c", text)]], [route, [resource(route, "r", text)]]]),
      { typeUrls: [cluster, route], timeoutMs: TIMEOUT_MS },
    );
  assertEquals((await push("good")).outcome, "ack");
  assertEquals(await push("bad"), { version: "4", outcome: "nack", error: "bad cluster" });
  assertEquals(client.version(route), "2");
  assertEquals((await push("better")).outcome, "ack");
  assertEquals(client.version(route), "6");
  client.close();
});

Deno.test("AdsServer gives a named type only what was asked for", async () => {
  await using server = new AdsServer();
  const client = new AdsClient({ address: await server.start(), nodeId: "one" });
  const { endpoint } = TYPE_URLS;
  server.set(endpoint, ["a", "b", "c"].map((name) => resource(endpoint, name, name)));
  const seen: string[][] = [];
  client.subscribe(endpoint, ["b"], (resources) => void seen.push(texts(resources)));
  await server.settled({ typeUrls: [endpoint], timeoutMs: TIMEOUT_MS });
  client.setNames(endpoint, ["b", "c"]);
  await server.settled({ typeUrls: [endpoint], timeoutMs: TIMEOUT_MS });
  const both = Promise.withResolvers<void>();
  client.subscribe("marker", [], () => both.resolve());
  server.set("marker", [resource("marker", "m", "")]);
  await both.promise;
  assertEquals(seen, [["b"], ["b", "c"]]);
  client.close();
});

Deno.test("AdsServer that is stopped and started again is found by its client, at the same port", async () => {
  const log = new PushLog();
  await using server = new AdsServer({ recorder: log });
  const address = await server.start();
  const life: string[] = [];
  const back = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const client = new AdsClient({
    address,
    nodeId: "one",
    onConnected: () => life.push("up") === 3 && back.resolve(),
    onDisconnected: () => life.push("down") && gone.resolve(),
  });
  const seen: string[][] = [];
  server.set("t", [resource("t", "a", "before")]);
  client.subscribe("t", [], (resources) => void seen.push(texts(resources)));
  await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS });
  await server.stop();
  await gone.promise;
  assertEquals(client.connected, false);
  server.set("t", [resource("t", "a", "after")]);
  assertEquals((await server.settled({ timeoutMs: 50 })).outcome, "none");
  assertEquals(await server.start(), address);
  await back.promise;
  assertEquals((await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS })).outcome, "ack");
  assertEquals(seen, [["before"], ["after"]]);
  assertEquals(life, ["up", "down", "up"]);
  assertEquals(log.edges(""), ["connected ", "disconnected ", "connected "]);
  client.close();
});

Deno.test("AdsServer replaces a node's old stream by its new one", async () => {
  await using server = new AdsServer();
  const address = await server.start();
  const dropped = Promise.withResolvers<string>();
  const first = new AdsClient({
    address,
    nodeId: "same",
    backOffBaseMs: 60_000,
    onDisconnected: dropped.resolve,
  });
  server.set("t", [resource("t", "a", "text")]);
  first.subscribe("t", [], () => {});
  await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS });
  const second = new AdsClient({ address, nodeId: "same" });
  second.subscribe("t", [], () => {});
  assert((await dropped.promise).startsWith("ABORTED"));
  assertEquals((await server.settled({ typeUrls: ["t"], timeoutMs: TIMEOUT_MS })).outcome, "ack");
  assertEquals(server.streams, 1);
  first.close();
  second.close();
});
