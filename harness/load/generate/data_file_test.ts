import { assertEquals, assertThrows } from "@std/assert";
import { parseData } from "./data_file.ts";

Deno.test("parseData reads CSV with quotes, commas and line breaks in values", () => {
  const text = 'name,size\r\n"a ""b"", c",1\r\n"two\nlines",2\r\n\r\n,3';
  assertEquals(parseData(text, "x.csv"), [
    { name: 'a "b", c', size: "1" },
    { name: "two\nlines", size: "2" },
    { name: "", size: "3" },
  ]);
  assertEquals(parseData("name\na\n", "x.csv"), [{ name: "a" }]);
  assertEquals(parseData("a,b\n1,\n", "x.csv"), [{ a: "1", b: "" }]);
});

Deno.test("parseData reads JSON lines", () => {
  assertEquals(parseData('{"name": "a", "size": 1}\n\n{"tags": ["x"]}\n', "x.jsonl"), [
    { name: "a", size: "1" },
    { tags: '["x"]' },
  ]);
});

Deno.test("parseData refuses what are no rows, with file and line", () => {
  const refused = (text: string, words: string) =>
    assertThrows(() => parseData(text, "x"), SyntaxError, words);
  refused("", "x:1: expected at least one row");
  refused("name\n", "x:1: expected at least one row");
  refused("a,b\n1,2\n1\n", "x:3: expected 2 columns as in the first line, found 1");
  refused('a\n"open\n', "x:2: expected a value");
  refused('a\n"x"y\n', "x:2: expected a value");
  refused("{}\nnull", "x:2: expected a JSON object");
  refused("{}\n{", "x:2: expected a JSON object");
});
