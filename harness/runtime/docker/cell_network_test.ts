import { assert, assertEquals } from "@std/assert";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { CellNetwork, probeAddressPool } from "./cell_network.ts";
import { OwnedContainer } from "./owned_container.ts";
import { parseSubnet, subnetText } from "./subnet.ts";
import { SubnetPool } from "./subnet_pool.ts";
import { openTestOwner } from "./testing/docker_owner.ts";

const ignore = WITHOUT_DOCKER;

Deno.test({
  name: "probeAddressPool tells a free pool and leaves nothing",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const pool = parseSubnet(await probeAddressPool(owner));
    assert(pool.prefix < 32);
    assertEquals(await owner.onEngine(), []);
    assertEquals(owner.ledger.openEntries(), ["folder test"]);
  },
});

Deno.test({
  name: "CellNetwork.create takes the next subnet when somebody else has the first",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const pool = await probeAddressPool(owner);
    // Two runs that were told the same pool, and begin at the same place of it.
    const create = (cell: string) =>
      CellNetwork.create({
        owner,
        subnets: new SubnetPool(() => Promise.resolve(pool), () => 0),
        cell,
        isInternal: true,
      });
    await using first = await create("one");
    await using second = await create("two");
    const [one, two] = [first, second].map(({ subnet }) => subnetText(subnet));
    assert(one !== two, `both have ${one}`);
    assertEquals(owner.ledger.openEntries(), ["folder test", "network one", "network two"]);
  },
});

Deno.test({
  name:
    "CellNetwork connects a container at the address that it is told, takes it off, and goes when asked twice",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const subnets = new SubnetPool(() => probeAddressPool(owner));
    const network = await CellNetwork.create({ owner, subnets, cell: "cell", isInternal: true });
    const home = await CellNetwork.create({ owner, subnets, cell: "home", isInternal: true });
    const container = await OwnedContainer.start(owner, "pod", {
      image: owner.sandboxImage,
      args: [],
      labels: owner.labels,
      network: home.name,
      address: home.nextAddress(),
    });
    const addresses = async () => {
      const { NetworkSettings } = await container.handle.inspect();
      return NetworkSettings.Networks[network.name]?.IPAddress;
    };
    const address = network.nextAddress();
    await network.connect(container.id, address);
    assertEquals(await addresses(), address);
    await network.disconnect(container.id);
    assertEquals(await addresses(), undefined);
    await network.disconnect(container.id);
    await network.connect(container.id, address);
    assertEquals(await addresses(), address);
    await container.remove();
    await network.disconnect(container.id);
    await Promise.all([network.remove(), network.remove(), home.remove()]);
    assertEquals(await owner.onEngine(), []);
    assertEquals(owner.ledger.openEntries(), ["folder test"]);
  },
});
