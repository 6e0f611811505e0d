import { assertEquals } from "@std/assert";
import { link, markup } from "./markup.ts";

Deno.test("markup escapes every word, in text as in attributes", () => {
  const word = `<script>alert("1")</script> & 'x'`;
  assertEquals(
    markup`<p title="${word}">${word}</p>`.text,
    `<p title="${escaped(word)}">${escaped(word)}</p>`,
  );
  assertEquals(escaped(word), "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;");
});

function escaped(word: string): string {
  return markup`${word}`.text;
}

Deno.test("markup takes markup as it is, joins lists and leaves undefined out", () => {
  const item = (text: string) => markup`<li>${text}</li>`;
  assertEquals(
    markup`<ul>${[item("a"), item("&")]}${undefined}</ul>${3}`.text,
    "<ul><li>a</li><li>&amp;</li></ul>3",
  );
});

Deno.test("link leads only where a browser may go", () => {
  assertEquals(
    link("https://example.org/?a=1&b=2").text,
    '<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">https://example.org/?a=1&amp;b=2</a>',
  );
  assertEquals(link("javascript:alert(1)").text, "javascript:alert(1)");
  assertEquals(link("data:text/html,<b>").text, "data:text/html,&lt;b&gt;");
});
