/**
 * What Toxiproxy itself answered: `testing/recorded_exchanges.ndjson` holds, in their order, requests and answers of
 * Toxiproxy 2.12.0 (built from its Go module), with ephemeral ports written as PORT and without the field `Logger`,
 * which its newer versions show by mistake. The same requests, in the same order, are put to ours.
 */
import { assert, assertEquals } from "@std/assert";
import { openTestServer } from "./testing/open_server.ts";

interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  /** Absent where the answer was no JSON. */
  readonly answer?: unknown;
}

const EXCHANGES: readonly Exchange[] =
  (await Deno.readTextFile(new URL("./testing/recorded_exchanges.ndjson", import.meta.url)))
    .trimEnd().split("\n").map((line) => JSON.parse(line));

/** Where ours differs on purpose, with the status that it gives. `server.ts` says why. */
const STRICTER: Readonly<Record<string, number>> = {
  'POST /proxies {"name":"trail","listen":"127.0.0.1:0","upstream":"127.0.0.1:9"} trailing': 400,
  "DELETE /proxies/trail ": 404,
  'POST /proxies {"name":"badup","listen":"127.0.0.1:0","upstream":"nonsense"}': 400,
  "DELETE /proxies/badup ": 404,
  // It decodes %2F before it looks for the path, so that no path leads to a name with a slash; ours finds it.
  "GET /proxies/a%2Fb ": 200,
};

Deno.test("every recorded request to Toxiproxy 2.12 gets the same answer from ours", async () => {
  await using open = await openTestServer({ allowRemote: false });
  for (const { method, path, body, headers = {}, status, answer } of EXCHANGES) {
    const what = `${method} ${path} ${body ?? ""}`;
    const response = await fetch(`${open.url}${path}`, { method, body: body ?? null, headers });
    const text = await response.text();
    assertEquals(response.status, STRICTER[what] ?? status, `${what}: ${text}`);
    if (response.status >= 400 && method !== "HEAD") {
      const shown = JSON.parse(text);
      assertEquals([typeof shown.error, shown.status], ["string", response.status], what);
    }
    // Toxiproxy says nothing with a 405.
    if (answer === undefined || status === 405 || what in STRICTER) continue;
    const [ours, theirs] = [comparable(text), comparable(JSON.stringify(answer))];
    // Where they cannot listen, Go's words for it are compared with nothing; the status is.
    if (response.status !== 500) assertEquals(ours, theirs, what);
  }
});

Deno.test("the recorded requests cover every path of the API, and every status that it gives", () => {
  const seen = new Set(EXCHANGES.map(({ path }) => path.split("/")[1]));
  assertEquals([...seen].filter(Boolean).sort(), ["nonsense", "populate", "proxies", "reset", "version"]);
  const statuses = new Set(EXCHANGES.map(({ status }) => status));
  assertEquals([...statuses].sort(), [200, 201, 204, 400, 403, 404, 405, 409, 500]);
  assert(
    Object.keys(STRICTER).every((key) =>
      EXCHANGES.some(({ method, path, body }) => `${method} ${path} ${body ?? ""}` === key)
    ),
  );
});

/** An answer without what may differ: ephemeral ports, the interface, the reason behind an error's first colon. */
function comparable(text: string): unknown {
  if (text === "" || text === "null") return undefined;
  const shown = JSON.parse(text.replaceAll(/"(127\.0\.0\.1|\[::\]):(\d{5}|PORT)"/g, '"127.0.0.1:PORT"'));
  if (typeof shown.version === "string") return { version: "any" };
  if (typeof shown.error === "string") shown.error = shown.error.replace(/: .*/, "");
  // Go has null for an empty list here.
  if (shown.proxies === null) shown.proxies = [];
  return shown;
}
