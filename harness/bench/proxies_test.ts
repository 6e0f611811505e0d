import { assert } from "@std/assert";
import { blast, missedDelay, smallRequests } from "./drivers.ts";
import { readyPort } from "./place.ts";
import { driverServer } from "./programs.ts";
import { startLink } from "./proxies.ts";
import { withPlace } from "./testing/open_test_place.ts";

Deno.test("startLink gives a proxy that the drivers go through, and that delays as it is told", async () => {
  await withPlace(async (place) => {
    await using sink = await place.serve(await driverServer(place, "sink"), readyPort);
    await using echo = await place.serve(await driverServer(place, "echo"), readyPort);
    {
      await using proxy = await startLink(place);
      const port = await proxy.proxyTo(sink.port);
      // At least the one block that says that it is the last.
      assert((await blast(place, port, 0)).bytes >= 256 * 1024);
    }
    await using proxy = await startLink(place);
    const port = await proxy.proxyTo(echo.port);
    assert((await smallRequests(place, port, 0.05)).requests >= 20);
    await proxy.delay(50);
    const miss = await missedDelay(place, { direct: echo.port, through: port }, 0, 2);
    assert(miss.throughMs - miss.directMs >= 49, JSON.stringify(miss));
    // What was asked for was nothing, so the whole delay is an error.
    assert(miss.errorP99Ms >= 49, JSON.stringify(miss));
  });
});
