import { assertEquals } from "@std/assert";
import { Doorbell } from "./doorbell.ts";

Deno.test("Doorbell.ring lets the event loop read what has come to other sockets meanwhile", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using near = await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using far = await listener.accept();
  using doorbell = await Doorbell.open();
  const buffer = new Uint8Array(8);
  for (let round = 1; round <= 100; round++) {
    let readBytes = 0;
    const reading = near.read(buffer).then((bytes) => readBytes = bytes ?? 0);
    await far.write(Uint8Array.of(round));
    // The byte is in the kernel; whoever rings finds it read after at most one more look.
    await doorbell.ring();
    await doorbell.ring();
    assertEquals([readBytes, buffer[0]], [1, round]);
    await reading;
  }
});
