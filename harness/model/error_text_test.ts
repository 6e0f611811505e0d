import { assertEquals } from "@std/assert";
import { errorText } from "./error_text.ts";

Deno.test("errorText gives an error's message, and the text of whatever else was thrown", () => {
  assertEquals(errorText(new TypeError("no such thing")), "no such thing");
  assertEquals([errorText("words"), errorText(7), errorText(undefined)], ["words", "7", "undefined"]);
});

Deno.test("errorText tells the first error of a scope before the one that tidying up met", async () => {
  const scope = async () => {
    await using _second = { [Symbol.asyncDispose]: () => Promise.reject(new Error("the second tidier")) };
    await using _first = { [Symbol.asyncDispose]: () => Promise.reject(new Error("the first tidier")) };
    throw new Error("the work");
  };
  const text = await scope().catch(errorText);
  assertEquals(
    text,
    "the work; then, while tidying up: the first tidier; then, while tidying up: the second tidier",
  );
});
