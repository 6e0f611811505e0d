import { assertEquals } from "@std/assert";
import { AdsStream } from "./ads_stream.ts";
import { decodeDiscoveryResponse, type DiscoveryResponse, EMPTY_REQUEST } from "./discovery_codec.ts";
import { TYPE_URLS } from "./resource_types.ts";
import { SnapshotCache } from "./snapshot.ts";

const { cluster, endpoint, route } = TYPE_URLS;

/** A stream with what it sent and recorded. */
function stream() {
  const snapshot = new SnapshotCache();
  const sent: DiscoveryResponse[] = [];
  const recorded: string[] = [];
  const subject = new AdsStream("s", {
    snapshot,
    send: (bytes) => void sent.push(decodeDiscoveryResponse(bytes)),
    record: ({ edge, version, nonce }) => void recorded.push(`${edge} ${version} ${nonce}`),
  });
  const offer = (typeUrl: string, names: readonly string[], text = "") => {
    snapshot.set(
      typeUrl,
      names.map((name) => ({ typeUrl, name, bytes: new TextEncoder().encode(name + text) })),
    );
    subject.pump();
  };
  const ask = (typeUrl: string, resourceNames: string[] = [], rest = {}) =>
    subject.receive({ ...EMPTY_REQUEST, typeUrl, resourceNames, ...rest });
  const answer = (index: number, names: string[] = [], rest = {}) => {
    const { typeUrl, nonce, versionInfo } = sent[index] as DiscoveryResponse;
    ask(typeUrl, names, { responseNonce: nonce, versionInfo, ...rest });
  };
  return { subject, sent, recorded, offer, ask, answer };
}

Deno.test("AdsStream ignores a stale nonce: neither its version nor its names count", () => {
  const { subject, sent, recorded, offer, ask, answer } = stream();
  offer(endpoint, ["a", "b"]);
  ask(endpoint, ["a"]);
  answer(0, ["a"]);
  offer(endpoint, ["a", "b"], "changed");
  ask(endpoint, ["a", "b"], { responseNonce: sent[0]?.nonce, versionInfo: "1" });
  assertEquals(recorded.at(-1), `stale 1 ${sent[0]?.nonce}`);
  assertEquals(sent.length, 2);
  assertEquals(subject.standing(endpoint, false).state, "pending");
  answer(1, ["a", "b"]);
  assertEquals(sent.length, 3);
  assertEquals(sent[2]?.resources.length, 2);
});

Deno.test("AdsStream takes a request after a NACK with the same nonce for a change of names, not for an ACK", () => {
  const { subject, sent, recorded, offer, ask, answer } = stream();
  offer(endpoint, ["a"]);
  ask(endpoint, ["a"]);
  answer(0, ["a"], { versionInfo: "", errorDetail: { code: 3, message: "no" } });
  answer(0, ["a", "b"], { versionInfo: "" });
  assertEquals(recorded, ["sent 1 s.1", "nack  s.1"]);
  assertEquals(subject.standing(endpoint, false), { state: "rejected", error: "no" });
  assertEquals(sent.length, 1);
});

Deno.test("AdsStream has one response of a type unanswered at a time, and then sends the newest", () => {
  const { sent, offer, ask, answer } = stream();
  offer("t", ["a"], "1");
  ask("t");
  offer("t", ["a"], "2");
  offer("t", ["a"], "3");
  assertEquals(sent.map(({ versionInfo }) => versionInfo), ["1"]);
  answer(0);
  assertEquals(sent.map(({ versionInfo }) => versionInfo), ["1", "3"]);
});

Deno.test("AdsStream sends endpoints again after clusters, since Envoy holds an updated cluster back until then", () => {
  const { sent, offer, ask, answer } = stream();
  offer(cluster, ["c"]);
  offer(endpoint, ["c"]);
  ask(cluster);
  answer(0);
  ask(endpoint, ["c"]);
  answer(1, ["c"]);
  offer(cluster, ["c"], "changed");
  assertEquals(sent.slice(2).map(({ typeUrl }) => typeUrl), [cluster, endpoint]);
  answer(2);
  answer(3, ["c"]);
  assertEquals(sent.length, 4);
});

Deno.test("AdsStream waits with routes for clusters and endpoints, not with endpoints for clusters", () => {
  const { sent, offer, ask, answer } = stream();
  offer(cluster, ["c"]);
  offer(endpoint, ["c"]);
  offer(route, ["r"]);
  ask(cluster);
  ask(route, ["r"]);
  ask(endpoint, ["c"]);
  assertEquals(sent.map(({ typeUrl }) => typeUrl), [cluster, endpoint]);
  answer(1, ["c"]);
  assertEquals(sent.length, 2);
  answer(0);
  assertEquals(sent.at(-1)?.typeUrl, route);
});

Deno.test("AdsStream serves clusters by name where names are asked for, and everything where none are", () => {
  const named = stream();
  named.offer(cluster, ["a", "b"]);
  named.ask(cluster, ["b"]);
  assertEquals(named.sent[0]?.resources.length, 1);
  const wildcard = stream();
  wildcard.offer(cluster, ["a", "b"]);
  wildcard.ask(cluster);
  assertEquals(wildcard.sent[0]?.resources.length, 2);
});

Deno.test("AdsStream counts a type as settled with every name only once all were asked for", () => {
  const { subject, offer, ask, answer } = stream();
  offer(endpoint, ["a", "b"]);
  assertEquals(subject.standing(endpoint, true).state, "unsubscribed");
  ask(endpoint, ["a"]);
  answer(0, ["a"]);
  assertEquals(subject.standing(endpoint, false).state, "settled");
  assertEquals(subject.standing(endpoint, true).state, "pending");
  answer(0, ["a", "b"]);
  answer(1, ["a", "b"]);
  assertEquals(subject.standing(endpoint, true).state, "settled");
});
