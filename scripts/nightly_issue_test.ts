import { assertEquals, assertStringIncludes } from "@std/assert";
import { conclude } from "../harness/report/conclude.ts";
import type { Report } from "../harness/report/schema.ts";
import { cell, mesh, report, result } from "../harness/report/testing/report_builder.ts";

const GREEN = report(mesh("envoy", cell("routing/a", result("RTE-01", "pass"))));
const RED = conclude({
  ...report(
    mesh("direct", cell("routing/a", result("RTE-01", "fail")), cell("routing/b", result("RTE-05", "pass"))),
    mesh(
      "envoy",
      cell("routing/a", result("RTE-01", "fail")),
      cell("routing/b", result("RTE-05", "pass")),
      cell("routing/ab", result("RTE-05", "pass")),
    ),
  ),
}, []).report;

/** Runs the program on these reports; the histories of `docker` are those of two rounds. */
async function nightly(
  reports: Readonly<Record<string, Report>>,
  ...args: readonly string[]
): Promise<{ code: number; text: string; files: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-nightly-" });
  try {
    for (const [name, each] of Object.entries(reports)) {
      await Deno.mkdir(`${folder}/nights/${name}/history`, { recursive: true });
      await Deno.writeTextFile(`${folder}/nights/${name}/report.json`, JSON.stringify(each));
      for (const { cells } of each.meshes) {
        for (const { runs: [run] } of cells) {
          const base = `${folder}/nights/${name}/${run?.history.replace(/\.ndjson$/, "")}`;
          for (const end of [".ndjson", ".arrow", ".run-3.ndjson"]) await Deno.writeTextFile(base + end, "x");
          const logs = base.replace("/history/", "/logs/");
          await Deno.mkdir(logs, { recursive: true });
          await Deno.writeTextFile(`${logs}/mesh.log`, "x");
        }
      }
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--allow-read", "--allow-write", "--allow-env"],
        decodeURIComponent(new URL("./nightly_issue.ts", import.meta.url).pathname),
        ...args,
      ],
      cwd: folder,
    }).output();
    const files: string[] = [];
    const walk = async (at: string) => {
      for await (const entry of Deno.readDir(`${folder}/${at}`)) {
        if (entry.isDirectory) await walk(`${at}/${entry.name}`);
        else files.push(`${at}/${entry.name}`);
      }
    };
    await walk("out").catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    const issue = files.includes("out/issue.md") ? await Deno.readTextFile(`${folder}/out/issue.md`) : "";
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) + issue, files: files.sort() };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("nightly_issue ends with 0 and writes nothing of a green night", async () => {
  const { code, text, files } = await nightly(
    { process: GREEN },
    "--root",
    "nights",
    "--out",
    "out",
    "process",
  );
  assertEquals({ code, files }, { code: 0, files: [] });
  assertStringIncludes(text, "nothing to say");
});

Deno.test("nightly_issue ends with 1 and leaves title, issue, and what proves it: of the cells in question alone", async () => {
  const { code, text, files } = await nightly(
    { process: GREEN, docker: RED },
    ...["--root", "nights", "--out", "out", "--seed", "7", "--run-url", "", "process", "docker", "gone"],
  );
  assertEquals(code, 1, text);
  assertEquals(files, [
    // The made-up cells of both meshes have one history, which is that of the breach and that of the failure.
    "out/docker/history/routing.a.arrow",
    "out/docker/history/routing.a.ndjson",
    "out/docker/history/routing.a.run-3.ndjson",
    "out/docker/history/routing.b.arrow",
    "out/docker/history/routing.b.ndjson",
    "out/docker/history/routing.b.run-3.ndjson",
    "out/docker/logs/routing.a/mesh.log",
    "out/docker/logs/routing.b/mesh.log",
    "out/issue.md",
    "out/title.txt",
  ]);
  assertStringIncludes(text, "Nightly: 1 verdict on process, no report of gone (seed 7)");
  assertStringIncludes(text, "direct keeps RTE-05, which needs a mesh");
  assertStringIncludes(
    text,
    "gone/report.json: expected the report of the merged shares, found: there is no such file",
  );
});

Deno.test("nightly_issue refuses arguments that it does not know, and says what it expected", async () => {
  const cases = [["--root", "nights"], ["--root", "nights", "--out", "out"], ["--nosuch"]];
  for (const args of cases) {
    const { code, text, files } = await nightly({}, ...args);
    assertEquals({ args, code, files }, { args, code: 64, files: [] });
    assertStringIncludes(text, "nightly_issue: ");
  }
});
