import { assertEquals, assertRejects } from "@std/assert";
import { EnvoyAdmin } from "./admin.ts";

Deno.test("EnvoyAdmin: a profile that this build cannot give is refused with its path and Envoy's own words", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(`${request.method} ${pathname}${search}`);
    if (pathname === "/heap_dump") return new Response("a dump");
    return new Response("The current build does not support it\n", { status: 501 });
  });
  const admin = new EnvoyAdmin(`127.0.0.1:${server.addr.port}`);
  const { signal } = new AbortController();
  assertEquals(new TextDecoder().decode(await admin.heapDump(signal)), "a dump");
  const refusal =
    "Envoy's /allocprofiler?enable=y: expected 200, found 501: The current build does not support it";
  await assertRejects(() => admin.beginAllocationProfile(signal), Error, refusal);
  await assertRejects(() => admin.endAllocationProfile(signal), Error, "found 501");
  assertEquals(asked, ["GET /heap_dump", "POST /allocprofiler?enable=y", "POST /allocprofiler?enable=n"]);
});
