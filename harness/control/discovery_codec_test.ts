import { assertEquals, assertThrows } from "@std/assert";
import protobuf from "protobufjs";
import {
  decodeDiscoveryRequest,
  decodeDiscoveryResponse,
  EMPTY_REQUEST,
  encodeDiscoveryRequest,
  encodeDiscoveryResponse,
} from "./discovery_codec.ts";

/** The messages as their .proto files have them, encoded by protobufjs' reflection: an independent witness. */
const witness = protobuf.parse(
  `syntax = "proto3";
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message Any { string type_url = 1; bytes value = 2; }
  message Node { string id = 1; string cluster = 2; string user_agent_name = 6; }
  message DiscoveryRequest {
    string version_info = 1; Node node = 2; repeated string resource_names = 3; string type_url = 4;
    string response_nonce = 5; Status error_detail = 6;
  }
  message DiscoveryResponse {
    string version_info = 1; repeated Any resources = 2; bool canary = 3; string type_url = 4; string nonce = 5;
  }`,
  { keepCase: false },
).root;

Deno.test("decodeDiscoveryRequest reads what the proto's own encoder wrote, and skips what it does not know", () => {
  const type = witness.lookupType("DiscoveryRequest");
  const bytes = type.encode(type.fromObject({
    versionInfo: "3",
    node: { id: "n", cluster: "c", userAgentName: "envoy" },
    resourceNames: ["a", "b"],
    typeUrl: "t",
    responseNonce: "9",
    errorDetail: { code: 3, message: "no", details: [{ typeUrl: "x", value: new Uint8Array([1]) }] },
  })).finish();
  assertEquals(decodeDiscoveryRequest(bytes), {
    versionInfo: "3",
    nodeId: "n",
    nodeCluster: "c",
    resourceNames: ["a", "b"],
    typeUrl: "t",
    responseNonce: "9",
    errorDetail: { code: 3, message: "no" },
  });
});

Deno.test("encodeDiscoveryRequest writes what the proto's own decoder reads, and both ways agree", () => {
  const request = { ...EMPTY_REQUEST, nodeId: "n", resourceNames: ["a"], typeUrl: "t", versionInfo: "1" };
  const type = witness.lookupType("DiscoveryRequest");
  assertEquals(type.toObject(type.decode(encodeDiscoveryRequest(request))), {
    versionInfo: "1",
    node: { id: "n" },
    resourceNames: ["a"],
    typeUrl: "t",
  });
  assertEquals(decodeDiscoveryRequest(encodeDiscoveryRequest(request)), request);
});

Deno.test("encodeDiscoveryResponse and decodeDiscoveryResponse agree with the proto's own codec", () => {
  const response = {
    versionInfo: "7",
    resources: [{ typeUrl: "t", bytes: new Uint8Array([1, 2, 3]) }],
    typeUrl: "t",
    nonce: "n1",
  };
  const type = witness.lookupType("DiscoveryResponse");
  const plain = type.toObject(type.decode(encodeDiscoveryResponse(response)));
  assertEquals([plain["versionInfo"], plain["typeUrl"], plain["nonce"]], ["7", "t", "n1"]);
  assertEquals([...plain["resources"][0].value], [1, 2, 3]);
  const decoded = decodeDiscoveryResponse(encodeDiscoveryResponse(response));
  assertEquals({ ...decoded, resources: decoded.resources.map(({ bytes }) => [...bytes]) }, {
    ...response,
    resources: [[1, 2, 3]],
  });
});

Deno.test("decodeDiscoveryResponse refuses bytes that end in the middle of a field", () => {
  const bytes = encodeDiscoveryResponse({ versionInfo: "7", resources: [], typeUrl: "type", nonce: "n" });
  assertThrows(() => decodeDiscoveryResponse(bytes.slice(0, bytes.length - 1)), RangeError);
});
