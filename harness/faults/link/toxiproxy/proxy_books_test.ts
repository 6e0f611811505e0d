import { assertEquals } from "@std/assert";
import { ProxyBooks } from "./proxy_books.ts";

const HERE = { listen: "127.0.0.1:1", upstream: "127.0.0.1:9" };
const THERE = { listen: "127.0.0.1:2", upstream: "127.0.0.1:9" };

/** The books of a link that passed so many bytes up on one connection, `toxic` striking it. */
function books(bytes: number) {
  return {
    accepted: 1,
    up: { bytesIn: bytes, bytesOut: bytes - 1 },
    down: { bytesIn: 0, bytesOut: 0 },
    hits: { toxic: { connections: 1, bytes, pieces: 2, strikes: 3 } },
  };
}

Deno.test("traffic sums up the links of one place and keeps places apart, the open link among them", () => {
  const all = new ProxyBooks();
  all.close(HERE, books(10));
  all.close(THERE, books(100));
  const down = { bytesIn: 0, bytesOut: 0 };
  const there = { place: THERE, accepted: 1, up: { bytesIn: 100, bytesOut: 99 }, down };
  const here = { place: HERE, accepted: 2, up: { bytesIn: 15, bytesOut: 13 }, down };
  assertEquals(all.traffic({ place: HERE, books: books(5) }), [there, here]);
  assertEquals(all.traffic().map(({ accepted }) => accepted), [1, 1], "a look changes nothing");
});

Deno.test("hits sum up each toxic over all links", () => {
  const all = new ProxyBooks();
  assertEquals(all.hits(), {});
  all.close(HERE, books(10));
  all.close(THERE, books(100));
  assertEquals(all.hits(books(1)), { toxic: { connections: 3, bytes: 111, pieces: 6, strikes: 9 } });
});
