import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { WITHOUT_DOCKER } from "../testing/without_docker.ts";
import { DockerError } from "./docker_error.ts";
import { OwnedContainer } from "./owned_container.ts";
import type { Recipe } from "./recipe.ts";
import { openTestOwner, type TestOwner } from "./testing/docker_owner.ts";

const ignore = WITHOUT_DOCKER;

function recipe(owner: TestOwner, changes: Partial<Recipe> = {}): Recipe {
  return { image: owner.sandboxImage, args: [], labels: owner.labels, network: "none", ...changes };
}

Deno.test({
  name: "OwnedContainer.start puts it on the ledger, and remove takes it off",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const steps: string[] = [];
    const container = await OwnedContainer.start(owner, "pod", recipe(owner), {
      beforeStart: async (id) => {
        const { State } = await owner.engine.container(id).inspect();
        steps.push(State.Status);
      },
    });
    assertEquals(steps, ["created"]);
    assertEquals(container.inspection.State.Status, "running");
    assertEquals(owner.ledger.openEntries(), ["folder test", "container pod"]);
    assertEquals(await owner.onEngine(), [`/${container.name}`]);
    await Promise.all([container.remove(), container.remove()]);
    assertEquals(owner.ledger.openEntries(), ["folder test"]);
    assertEquals(await owner.onEngine(), []);
  },
});

Deno.test({
  name: "OwnedContainer.start bounds what a container may do, and more so one that needs no capability",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const { inspection } = await OwnedContainer.start(owner, "plain", recipe(owner));
    const { HostConfig, Config } = inspection;
    assertEquals(HostConfig.CapDrop, ["ALL"]);
    assertEquals(HostConfig.SecurityOpt, ["no-new-privileges"]);
    assertEquals(HostConfig.Privileged, false);
    assertEquals(HostConfig.PidsLimit, 1024);
    assertEquals(HostConfig.RestartPolicy?.Name, "no");
    assertEquals(HostConfig.LogConfig?.Type, "none");
    assertEquals(HostConfig.Binds ?? [], []);
    assertEquals(Config.User, "65532:65532");
    const sandbox = await OwnedContainer.start(
      owner,
      "sandbox",
      recipe(owner, { capabilities: ["NET_ADMIN"] }),
    );
    // The engine writes them with or without their prefix.
    assertEquals(sandbox.inspection.HostConfig.CapAdd?.map((each: string) => each.replace(/^CAP_/, "")), [
      "NET_ADMIN",
    ]);
  },
});

Deno.test({
  name: "OwnedContainer.start says that a name is taken, and leaves whose it is alone",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const name = owner.uniqueName("taken");
    const foreign = await owner.engine.dockerode.createContainer({ name, Image: owner.sandboxImage });
    try {
      const error = await assertRejects(
        () => OwnedContainer.start(owner, "pod", recipe(owner), { name }),
        DockerError,
      );
      assertEquals(error.kind, "conflict");
      assertStringIncludes(error.message, `Cannot start the container ${name}`);
      assertStringIncludes(error.message, "is already in use");
      assertEquals((await foreign.inspect()).Id, foreign.id);
      assertEquals(owner.ledger.openEntries(), ["folder test"]);
    } finally {
      await foreign.remove();
    }
  },
});

Deno.test({
  name: "OwnedContainer.start says which image is missing and how to build it",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    const error = await assertRejects(
      () => OwnedContainer.start(owner, "pod", recipe(owner, { image: "meshproof/no-such-image:1" })),
      DockerError,
      "meshproof/no-such-image:1",
    );
    assertEquals(error.kind, "missing");
    assertStringIncludes(error.message, "deno task images");
    assertEquals(owner.ledger.openEntries(), ["folder test"]);
  },
});

Deno.test({
  name: "OwnedContainer.start removes what was made when the start itself, or what comes before it, fails",
  ignore,
  fn: async () => {
    await using owner = await openTestOwner();
    await assertRejects(
      () => OwnedContainer.start(owner, "pod", recipe(owner, { network: "meshproof-no-such-network" })),
      DockerError,
      "meshproof-no-such-network",
    );
    await assertRejects(
      () =>
        OwnedContainer.start(owner, "pod", recipe(owner), {
          beforeStart: () => Promise.reject(new RangeError("not today")),
        }),
      Error,
      "not today",
    );
    assertEquals(await owner.onEngine(), []);
    assertEquals(owner.ledger.openEntries(), ["folder test"]);
  },
});
