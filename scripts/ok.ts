// deno-lint-ignore-file no-console -- a program that prints
/**
 * All that CI demands of a change: `deno task ok`. Format, lint, types, workflows, then all tests (the repository's own
 * rules are among them) with the coverage of this process and of every process that they start.
 *
 *     --no-test   all but the tests and their coverage
 */
import { countCodeLines } from "./ok/code_lines.ts";
import { lintWorkflows } from "./ok/actionlint.ts";
import { removeTornCoverage } from "./ok/torn_coverage.ts";
import { type FileCoverage, parseLcov, percentCovered } from "./ok/line_coverage.ts";
import { runDeno } from "./ok/run.ts";
import { testArguments } from "./ok/test_command.ts";
import { parseTotals, type Totals } from "./ok/test_totals.ts";
import { readRepository } from "./checks/repository.ts";
import { describeBreach, isTest } from "./checks/source_file.ts";
import { Tools } from "../harness/runtime/tools.ts";

const LEAST_PERCENT = 80;
/** Whose lines are counted: what is shipped, not what checks it. */
const MEASURED = /^(harness|fixtures|scenarios)\/.*\.ts$/;
const FOLDERS = ["harness", "fixtures", "scenarios", "scripts", "types"];
const ROOT = new URL("../", import.meta.url);
const COVERAGE = new URL(".coverage/", ROOT);

function section(title: string): void {
  console.log(`\n== ${title}`);
}

/** One command that passes or fails as a whole. */
async function step(title: string, args: readonly string[]): Promise<Totals> {
  section(title);
  const { success, stdout } = await runDeno(args, { cwd: ROOT });
  console.log(success ? "ok" : `${stdout}FAILED: deno ${args.join(" ")}`);
  return success ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** GitHub's workflows by actionlint, where that can be had. */
async function workflows(): Promise<Totals[]> {
  section("workflows");
  const { texts } = await readRepository(ROOT);
  const paths = texts.map(({ path }) => path).filter((path) =>
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)
  );
  const linted = await lintWorkflows(new Tools({ onProgress: console.log }), ROOT, paths);
  if ("unavailable" in linted) {
    console.log(`left out: ${linted.unavailable}`);
    return [];
  }
  for (const breach of linted.breaches) console.log(describeBreach(breach));
  const passed = linted.breaches.length === 0;
  console.log(passed ? "ok" : "FAILED: actionlint");
  return [passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }];
}

async function testWithCoverage(): Promise<Totals> {
  section("tests with coverage");
  await Deno.remove(COVERAGE, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const args = testArguments(await Deno.readTextFile(new URL("deno.json", ROOT)));
  // By the environment, and not by a flag, since child processes inherit it: services and the mesh are measured too.
  const folder = decodeURIComponent(COVERAGE.pathname);
  const { success, stdout } = await runDeno(
    [args[0] ?? "test", "--coverage-raw-data-only", ...args.slice(1)],
    {
      cwd: ROOT,
      env: { DENO_COVERAGE_DIR: folder },
      show: (bytes) => Deno.stdout.writeSync(bytes),
    },
  );
  const totals = parseTotals(stdout);
  if (totals === undefined) {
    console.log("FAILED: expected the tests to end with their totals; they ended without");
    return { passed: 0, failed: 1 };
  }
  // A module that fails to load fails the run, and may be missing from the totals.
  return success || totals.failed > 0 ? totals : { ...totals, failed: 1 };
}

async function coverage(): Promise<Totals> {
  section("line coverage");
  removeTornCoverage(COVERAGE);
  const { stdout } = await runDeno(["coverage", "--quiet", "--lcov", decodeURIComponent(COVERAGE.pathname)], {
    cwd: ROOT,
  });
  const files = await withUnloaded(parseLcov(stdout, decodeURIComponent(ROOT.pathname)));
  const percent = percentCovered(files);
  const worst = [...files].sort((a, b) => (b.lines - b.hit) - (a.lines - a.hit)).slice(0, 10);
  for (const { path, lines, hit } of worst) {
    console.log(
      `${percentCovered([{ path, lines, hit }]).toFixed(1).padStart(6)} %  ${lines - hit} lines of ${path}`,
    );
  }
  const passed = percent >= LEAST_PERCENT;
  console.log(
    `line coverage ${percent.toFixed(1)} % of ${files.length} files, at least ${LEAST_PERCENT} % wanted`,
  );
  return passed ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The measured files of a report, and those that no test loaded, of which it does not know, with none of theirs hit. */
async function withUnloaded(reported: readonly FileCoverage[]): Promise<FileCoverage[]> {
  const measured = (path: string) => MEASURED.test(path) && !isTest(path);
  const known = new Set(reported.map(({ path }) => path));
  const { sources } = await readRepository(ROOT);
  const unloaded = sources
    .filter(({ path }) => measured(path) && !known.has(path))
    .map(({ path, text }) => ({ path, lines: countCodeLines(text), hit: 0 }));
  return [...reported.filter(({ path }) => measured(path)), ...unloaded.filter(({ lines }) => lines > 0)];
}

if (import.meta.main) {
  const unknown = Deno.args.find((argument) => argument !== "--no-test");
  if (unknown !== undefined) {
    console.error(`Cannot understand "${unknown}": expected nothing or --no-test`);
    Deno.exit(64);
  }
  const parts = [
    await step("format", ["fmt", "--check"]),
    await step("lint", ["lint", "--quiet"]),
    await step("types", ["check", "--quiet", ...FOLDERS]),
    ...await workflows(),
  ];
  if (!Deno.args.includes("--no-test")) parts.push(await testWithCoverage(), await coverage());
  const passed = parts.reduce((sum, part) => sum + part.passed, 0);
  const failed = parts.reduce((sum, part) => sum + part.failed, 0);
  console.log(`\n${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}
