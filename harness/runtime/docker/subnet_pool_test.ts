import { assertEquals, assertRejects } from "@std/assert";
import { subnetText } from "./subnet.ts";
import { SubnetPool } from "./subnet_pool.ts";

Deno.test("SubnetPool asks once for all who come at the same time, and begins where chance says", async () => {
  let probes = 0;
  const pool = new SubnetPool(() => Promise.resolve(`10.${++probes}.0.0/23`), () => 0.5);
  const taken = await Promise.all([pool.take(), pool.take(), pool.take(), pool.take()]);
  assertEquals(taken.map(subnetText), ["10.1.1.0/25", "10.1.1.128/25", "10.1.0.0/25", "10.1.0.128/25"]);
  assertEquals(probes, 1);
});

Deno.test("SubnetPool gives out again what came back before it asks for more", async () => {
  let probes = 0;
  const pool = new SubnetPool(() => Promise.resolve(`10.${++probes}.0.0/25`), () => 0);
  const first = await pool.take();
  pool.giveBack(first);
  assertEquals(await pool.take(), first);
  assertEquals(subnetText(await pool.take()), "10.2.0.0/25");
});

Deno.test("SubnetPool gives up after some pools and says what to do", async () => {
  const pool = new SubnetPool(() => Promise.resolve("10.0.0.0/25"), () => 0);
  for (let taken = 0; taken < 8; taken++) await pool.take();
  await assertRejects(() => pool.take(), Error, "docker network prune");
});

Deno.test("SubnetPool passes on that the engine has no addresses, and asks again the next time", async () => {
  let fails = true;
  const pool = new SubnetPool(
    () => fails ? Promise.reject(new Error("no pool left")) : Promise.resolve("10.0.0.0/25"),
    () => 0,
  );
  await assertRejects(() => pool.take(), Error, "no pool left");
  fails = false;
  assertEquals(subnetText(await pool.take()), "10.0.0.0/25");
});
