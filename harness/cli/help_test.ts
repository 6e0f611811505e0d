import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { Workplace } from "./testing/workplace.ts";

/** Every command with the options that the design promises. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  run: [
    ...["--mesh", "--scenario", "--clause", "--seed", "--runtime", "--shard", "--repeat", "--out", "--json"],
    ...["--scenarios", "--adapter"],
  ],
  mutants: ["--scenario", "--clause", "--scenarios", "--seed", "--shard", "--out", "--json"],
  merge: ["--out", "--json"],
  analyze: ["--scenarios", "--json"],
  compare: ["--changed", "--json"],
  replay: ["--events", "--out", "--scenarios", "--adapter", "--json"],
  bench: ["--row", "--rounds", "--quick", "--install", "--out", "--json"],
  link: [
    ...["--listen", "--proxy", "--config", "--toxic", "--http2", "--seed", "--allow-remote", "--json"],
  ],
  load: [
    ...["--grpc", "--http1", "--http2", "--proto", "--proto-path", "--method", "--data", "--data-file"],
    ...["--metadata", "--rate", "--plan", "--spacing", "--duration", "--requests", "--concurrency"],
    ...["--connections", "--max-in-flight", "--timeout", "--warmup", "--seed", "--tls", "--tls-ca"],
    ...["--tls-cert", "--tls-key", "--tls-name", "--export-plan", "--find-knee", "--self-test"],
    ...["--allow-remote", "--out", "--json"],
  ],
  list: ["--features", "--scenarios", "--adapter", "--json"],
  doctor: ["--json"],
  clean: ["--dry-run", "--json"],
};

Deno.test("meshproof <command> --help says what the command does and lists its options, each explained", async () => {
  await using workplace = await Workplace.open();
  await Promise.all(
    Object.entries(COMMANDS).map(async ([command, options]) => {
      const { code, stdout, stderr } = await workplace.run([command, "--help"]);
      assertEquals({ command, code, stderr }, { command, code: 0, stderr: "" });
      const [usage, , description] = stdout.split("\n");
      assert(usage?.startsWith(`Usage: meshproof ${command}`), stdout);
      assert((description ?? "").length > 20, stdout);
      for (const option of options) {
        assert(
          new RegExp(`^  ${option}( <[^>]+>)? {2,}\\S+ \\S+`, "m").test(stdout),
          `${option}:\n${stdout}`,
        );
      }
    }),
  );
});

Deno.test("meshproof without arguments prints its help and ends with 64; --help ends with 0", async () => {
  await using workplace = await Workplace.open();
  const [bare, asked, version] = await Promise.all([
    workplace.run([]),
    workplace.run(["--help"]),
    workplace.run(["--version"]),
  ]);
  assertEquals([bare.code, asked.code, version.code], [64, 0, 0]);
  assertEquals(bare.stdout, asked.stdout);
  for (const command of Object.keys(COMMANDS)) assertStringIncludes(bare.stdout, `\n  ${command} [options]`);
  assertEquals(version.stdout, `${project.version}\n`);
});
