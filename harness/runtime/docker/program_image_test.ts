import { assertEquals, assertThrows } from "@std/assert";
import { ProcessStartError } from "../child_process.ts";
import { programImage } from "./program_image.ts";

Deno.test("programImage finds the image of a tool and of a script", () => {
  assertEquals(programImage({ name: "a", program: { tool: "etcd" } }, ["--name", "a"]), {
    image: "etcd",
    args: ["--name", "a"],
  });
  const { image, args } = programImage({ name: "a", program: { script: "tombstone" } }, ["x"]);
  assertEquals(image, "programs");
  assertEquals(args.slice(-2), ["/meshproof/fixtures/programs/tombstone/main.js", "x"]);
});

Deno.test("programImage refuses a program of this machine and says where it would run", () => {
  assertThrows(
    () => programImage({ name: "a", program: { command: "/bin/sh" } }, []),
    ProcessStartError,
    'Cannot start "a": expected a tool or a script, found the command /bin/sh',
  );
});

Deno.test("programImage names the tools that have an image, and those of ours that are none are not among them", () => {
  for (const tool of ["nats", "sandbox", "programs"]) {
    assertThrows(
      () => programImage({ name: "a", program: { tool } }, []),
      ProcessStartError,
      "(etcd, envoy)",
    );
  }
});
