import { assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "./api_error.ts";
import { type Route, routeFor } from "./routes.ts";

const answer = (text: string) => () => new Response(text);
const ROUTES: readonly Route[] = [
  { path: ["proxies"], methods: { GET: answer("all"), POST: answer("made") } },
  { path: ["proxies", "*", "toxics", "*"], methods: { GET: answer("toxic") } },
];

Deno.test("routeFor finds the handler of a path and hands it the names in it, decoded", async () => {
  const found = routeFor(ROUTES, "GET", "/proxies/a%20b/toxics/c%2Fd");
  assertEquals(found.names, ["a b", "c/d"]);
  assertEquals(await (await found.handler(new Request("http://host/"), [])).text(), "toxic");
  assertEquals(routeFor(ROUTES, "POST", "/proxies").names, []);
});

Deno.test("routeFor refuses an unknown path, an empty name, an unknown method and a broken escape", () => {
  const status = (method: string, path: string) =>
    assertThrows(() => routeFor(ROUTES, method, path), ApiError).status;
  assertEquals(status("GET", "/nonsense"), 404);
  assertEquals(status("GET", "/proxies/"), 404);
  assertEquals(status("GET", "/proxies//toxics/a"), 404);
  assertEquals(status("PUT", "/proxies"), 405);
  assertEquals(status("constructor", "/proxies"), 405);
  assertEquals(status("GET", "/proxies/%ff/toxics/a"), 400);
});
