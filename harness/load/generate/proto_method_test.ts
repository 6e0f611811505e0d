import { assertEquals, assertThrows } from "@std/assert";
import protobuf from "protobufjs";
import { MessageReader } from "../../wire/grpc_frame.ts";
import { methodOf, readProtos } from "./proto_method.ts";

const MAIN = `syntax = "proto3";
package shop.v1;
import "shared/money.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/wrappers.proto";
enum Colour { UNKNOWN = 0; RED = 1; }
message Order {
  string item_name = 1; uint64 amount = 2; bytes raw = 3; Colour colour = 4; repeated int32 sizes = 5;
  map<string, shared.Money> prices = 6; google.protobuf.Timestamp at = 7; google.protobuf.Duration within = 8;
  google.protobuf.StringValue note = 9; double weight = 10; oneof x { bool a = 11; string b = 12; }
}
service Shop {
  rpc Buy(Order) returns (Order);
  rpc Fill(stream Order) returns (Order);
  rpc Watch(Order) returns (stream Order);
  rpc Chat(stream Order) returns (stream Order);
}`;
const MONEY = `syntax = "proto3"; package shared; message Money { int64 units = 1; }`;

function withProtos(files: Readonly<Record<string, string>>, test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(`${folder}/${name}/..`.replace(/[^/]+\/\.\.$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}
const withShop = (test: (root: protobuf.Root) => void) =>
  withProtos(
    { "main.proto": MAIN, "include/shared/money.proto": MONEY },
    (folder) => test(readProtos([`${folder}/main.proto`], [`${folder}/include`])),
  );

Deno.test("methodOf finds methods of all kinds by either way of writing them", () =>
  withShop((root) => {
    const kinds = ["Buy", "Fill", "Watch", "Chat"].map((name) => {
      const { path, kind } = methodOf(root, `shop.v1.Shop/${name}`);
      return [path, kind];
    });
    assertEquals(kinds, [
      ["/shop.v1.Shop/Buy", "unary"],
      ["/shop.v1.Shop/Fill", "client-streaming"],
      ["/shop.v1.Shop/Watch", "server-streaming"],
      ["/shop.v1.Shop/Chat", "bidi-streaming"],
    ]);
    assertEquals(methodOf(root, "shop.v1.Shop.Buy").path, "/shop.v1.Shop/Buy");
    assertThrows(
      () => methodOf(root, "shop.v1.Shop/Sell"),
      TypeError,
      "they have shop.v1.Shop/Buy, shop.v1.Shop/Fill",
    );
  }));

Deno.test("a message from JSON is what protobuf's mapping says, names in either case", () =>
  withShop((root) => {
    const bytes = methodOf(root, "shop.v1.Shop/Buy").encode({
      item_name: "tea",
      amount: "18446744073709551615",
      raw: "AQI_",
      colour: "RED",
      sizes: [1, -2],
      prices: { eur: { units: 5 } },
      at: "2026-01-02T03:04:05.25Z",
      within: "1.5s",
      note: "wrapped",
      weight: "NaN",
      b: null,
    });
    const [message = new Uint8Array()] = new MessageReader().push(bytes);
    const type = root.lookupType("shop.v1.Order");
    assertEquals(type.toObject(type.decode(message), { longs: String, enums: String, bytes: String }), {
      itemName: "tea",
      amount: "18446744073709551615",
      raw: "AQI/",
      colour: "RED",
      sizes: [1, -2],
      prices: { eur: { units: "5" } },
      at: { seconds: "1767323045", nanos: 250_000_000 },
      within: { seconds: "1", nanos: 500_000_000 },
      note: { value: "wrapped" },
      weight: NaN,
    });
  }));

Deno.test("a message that is not its type is refused by the field's path", () =>
  withShop((root) => {
    const { encode } = methodOf(root, "shop.v1.Shop/Buy");
    const refused = (json: unknown, words: string) => assertThrows(() => encode(json), TypeError, words);
    refused([], "message as it must be an object (Order): current value is []");
    refused({ itemNam: "x" }, "did you mean itemName?");
    refused({ itemName: 5 }, "message.itemName as it must be a string: current value is 5");
    refused({ amount: -1 }, "message.amount as it must be a whole number of uint64");
    refused({ amount: "x" }, "message.amount as it must be a whole number (uint64)");
    refused({ raw: "?" }, "message.raw as it must be bytes in base64");
    refused({ colour: "BLUE" }, "message.colour as it must be one of UNKNOWN, RED");
    refused({ sizes: [1, 1.5] }, "message.sizes[1]");
    refused({ sizes: 1 }, "message.sizes as it must be an array");
    refused({ prices: { eur: { cents: 1 } } }, "message.prices.eur.cents");
    refused({ weight: "heavy" }, "message.weight as it must be a number");
    refused({ at: "now" }, "it must be a time");
    refused({ within: "soon" }, "it must be a duration");
    refused({ a: 1 }, "message.a as it must be true or false");
  }));

Deno.test("readProtos names file and line of what it cannot read", () => {
  const refused = (files: Record<string, string>, words: string) =>
    withProtos(files, (folder) => {
      const error = assertThrows(() => readProtos([`${folder}/main.proto`]), SyntaxError);
      assertEquals(error.message.replaceAll(folder, "").includes(words), true, error.message);
    });
  refused({ "main.proto": 'syntax = "proto3";\nmessage A {\n  strin$ x = 1;\n}' }, "/main.proto:3: ");
  refused(
    { "main.proto": 'syntax = "proto3";\nimport "no.proto";' },
    "/main.proto:2: expected no.proto in one of",
  );
  refused({ "main.proto": 'syntax = "proto3";\nmessage A { Missing x = 1; }' }, "no such");
  refused({ "other.proto": "" }, "/main.proto: cannot read /main.proto");
});
