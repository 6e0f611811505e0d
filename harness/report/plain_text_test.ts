import { assertEquals } from "@std/assert";
import { plainText } from "./plain_text.ts";

Deno.test("plainText takes colours out", () => {
  assertEquals(plainText("\u001b[0m\u001b[1;31merror\u001b[39m: no"), "error: no");
});

Deno.test("plainText replaces control characters and halves of surrogate pairs", () => {
  assertEquals(plainText("a\u0000b\u001bc\ud800d\uffff"), "a\ufffdb\ufffdc\ufffdd\ufffd");
});

Deno.test("plainText leaves text, its lines and its pictures alone", () => {
  const text = "Grüße\n\t[31m \u{1f525} ok\r\n";
  assertEquals(plainText(text), text);
});
