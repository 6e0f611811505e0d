import { assertEquals, assertThrows } from "@std/assert";
import { metadataFields, metadataOf } from "./call_metadata.ts";

Deno.test("metadataFields takes what gRPC can carry, binary values in base64", () => {
  const metadata = { "x-a_b.c": "1 ~", "trace-bin": "AAEC", "empty": "" };
  assertEquals(metadataFields(metadata), Object.entries(metadata));
});

Deno.test("metadataFields refuses what gRPC cannot carry, and names it", () => {
  for (
    const [name, value] of [
      ["bad name", "x"],
      ["Upper", "x"],
      ["te", "trailers"],
      ["connection", "close"],
      [":path", "/"],
      ["x", "Zürich"],
      ["x", "a\nb"],
      ["x-bin", "not base64!"],
    ] as const
  ) {
    assertThrows(() => metadataFields({ [name]: value }), TypeError, JSON.stringify(`${name}: ${value}`));
  }
});

Deno.test("metadataOf joins values of one name, pads binary ones, and leaves out what is the protocol's", () => {
  assertEquals(
    metadataOf([
      [":status", "200"],
      ["content-type", "application/grpc"],
      ["dup", "x"],
      ["a-bin", "AAE"],
      ["dup", "y"],
      ["a-bin", "AAEC,AwQ"],
      ["b-bin", "no base64!"],
      ["grpc-status", "5"],
      ["grpc-message", "m"],
      ["grpc-accept-encoding", "gzip"],
      ["grpc-status-details-bin", "CAU"],
    ]),
    {
      "content-type": "application/grpc",
      "dup": "x, y",
      "a-bin": "AAE=,AAEC,AwQ=",
      "b-bin": "no base64!",
      "grpc-status-details-bin": "CAU=",
    },
  );
});
