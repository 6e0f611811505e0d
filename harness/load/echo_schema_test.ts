import { assertEquals } from "@std/assert";
import protobuf from "protobufjs";
import {
  decodeEchoRequest,
  decodeEchoResponse,
  ECHO_DESCRIPTOR,
  echoPath,
  encodeEchoRequest,
  encodeEchoResponse,
} from "./echo_schema.ts";

Deno.test("encodeEchoRequest round-trips nested hops", () => {
  const request = {
    payload: "p",
    parallel: true,
    responseSize: 7,
    messages: 2,
    intervalMs: 3,
    next: [{ entry: "127.0.0.1:1", service: "b", request: { payload: "q", next: [] } }],
  };
  const back = decodeEchoRequest(encodeEchoRequest(request));
  assertEquals(back.payload, "p");
  assertEquals(back.intervalMs, 3);
  assertEquals(back.next?.[0]?.entry, "127.0.0.1:1");
  assertEquals(back.next?.[0]?.request?.payload, "q");
});

Deno.test("encodeEchoResponse round-trips", () => {
  const bytes = encodeEchoResponse({ instance: "i", service: "s", hops: [] });
  assertEquals({ ...decodeEchoResponse(bytes) }, { instance: "i", service: "s", payload: "", hops: [] });
});

Deno.test("ECHO_DESCRIPTOR agrees with the proto file of the services under test", async () => {
  const file = new URL("../../fixtures/proto/meshproof/v1/echo.proto", import.meta.url);
  const { root } = protobuf.parse(await Deno.readTextFile(file));
  const own = protobuf.Root.fromJSON(ECHO_DESCRIPTOR as unknown as protobuf.INamespace);
  for (const name of ["Hop", "EchoRequest", "EchoResponse"]) {
    const shape = (schema: protobuf.Root) =>
      Object.fromEntries(
        schema.lookupType(`meshproof.v1.${name}`).fieldsArray.map((field) => [
          field.id,
          [field.name, field.type, field.repeated],
        ]),
      );
    const theirs = shape(root);
    for (const [id, field] of Object.entries(shape(own))) {
      assertEquals(theirs[Number(id)], field, `${name} field ${id}`);
    }
  }
  const methods = root.lookupService("meshproof.v1.Echo").methods;
  assertEquals(methods["Call"]?.responseStream ?? false, false);
  assertEquals(methods["Stream"]?.responseStream, true);
  assertEquals(echoPath("Call"), "/meshproof.v1.Echo/Call");
});
