import { assertEquals } from "@std/assert";
import { describeBreach } from "./source_file.ts";
import { checkWorkflows } from "./workflows.ts";

const SHA = "08c6903cd8c0fde910a37f88322edcfb5dd907a8";
const GOOD = `name: ci
on: [push, pull_request]
permissions: {}
concurrency: ci
jobs:
  test:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@${SHA} # v5.0.0
        with:
          persist-credentials: false
      - uses: ./.github/actions/setup
      - env:
          NAME: \${{ github.head_ref }}
        run: echo "$NAME"
`;

function breaches(text: string, path = ".github/workflows/ci.yml"): string[] {
  return checkWorkflows([{ path, text }], { ".github/workflows/ci.yml": { issue: ["issues"] } }).map(
    describeBreach,
  );
}

Deno.test("checkWorkflows is content with pinned actions, bounded jobs and least permissions", () => {
  assertEquals(breaches(GOOD), []);
});

Deno.test("checkWorkflows leaves other YAML alone", () => {
  assertEquals(breaches("uses: a/b@main", "scenarios/routing/weights.yaml"), []);
});

const AT = "expected owner/name@<commit, 40 digits> # vX.Y.Z, or ./a path";
const SLIPS: Readonly<Record<string, readonly [from: string, to: string, ...breaches: string[]]>> = {
  "a tag": [`@${SHA} # v5.0.0`, "@v5", `.github/workflows/ci.yml:12: uses actions/checkout@v5: ${AT}`],
  "a short commit": [
    SHA,
    "08c6903",
    `.github/workflows/ci.yml:12: uses actions/checkout@08c6903 # v5.0.0: ${AT}`,
  ],
  "a commit without its version": [
    " # v5.0.0",
    "",
    `.github/workflows/ci.yml:12: uses actions/checkout@${SHA}: ${AT}`,
  ],
  "an image": [
    "./.github/actions/setup",
    "docker://alpine",
    `.github/workflows/ci.yml:15: uses docker://alpine: ${AT}`,
  ],
  "a job without a time-out": [
    "    timeout-minutes: 5\n",
    "",
    ".github/workflows/ci.yml:6: job test has no timeout-minutes",
  ],
  "a job without permissions of its own": [
    "    permissions:\n      contents: read\n",
    "",
    ".github/workflows/ci.yml:6: job test expected its permissions one by one",
  ],
  "all permissions": [
    "    permissions:\n      contents: read\n",
    "    permissions: write-all\n",
    ".github/workflows/ci.yml:6: job test expected its permissions one by one",
  ],
  "a permission to write": [
    "contents: read",
    "contents: write",
    ".github/workflows/ci.yml:10: job test asks for contents: write: expected contents: read at most; " +
    "more is allowed in scripts/checks/workflows.ts",
  ],
  "permissions for the whole": [
    "permissions: {}",
    "permissions: read-all",
    ".github/workflows/ci.yml:3: expected `permissions: {}` for the whole; each job states its own",
  ],
  "no permissions for the whole": [
    "permissions: {}\n",
    "",
    ".github/workflows/ci.yml:1: expected `permissions: {}` for the whole; each job states its own",
  ],
  "a checkout that leaves its token": [
    "false",
    "true",
    ".github/workflows/ci.yml:12: checks out without `persist-credentials: false`",
  ],
  "an expression in a script": [
    'echo "$NAME"',
    'echo "${{ github.head_ref }}"',
    ".github/workflows/ci.yml:18: has an expression in a script: hand it over in `env`",
  ],
  "no concurrency group": ["concurrency: ci\n", "", ".github/workflows/ci.yml:1: has no concurrency group"],
  "pull_request_target": [
    "pull_request]",
    "pull_request_target]",
    ".github/workflows/ci.yml:1: is started by pull_request_target, which lends our rights to anybody's change",
  ],
  "no jobs": [GOOD.slice(GOOD.indexOf("jobs:")), "jobs: {}\n", ".github/workflows/ci.yml:1: has no jobs"],
};

for (const [what, [from, to, ...expected]] of Object.entries(SLIPS)) {
  Deno.test(`checkWorkflows finds ${what}`, () => assertEquals(breaches(GOOD.replace(from, to)), expected));
}

Deno.test("checkWorkflows lets a job write what the table allows it, but not where a pull request starts it", () => {
  const writing = GOOD.replace("  test:", "  issue:").replace("contents: read", "issues: write");
  assertEquals(breaches(writing).length, 1);
  assertEquals(breaches(writing.replace("[push, pull_request]", "push")), []);
  assertEquals(
    breaches(writing.replace("[push, pull_request]", "push").replace("  issue:", "  other:")).length,
    1,
  );
});

Deno.test("checkWorkflows looks into actions of our own too", () => {
  const action =
    "runs:\n  using: composite\n  steps:\n    - uses: a/b@main\n    - run: echo ${{ inputs.x }}\n";
  assertEquals(breaches(action, ".github/actions/setup/action.yml"), [
    `.github/actions/setup/action.yml:4: uses a/b@main: ${AT}`,
    ".github/actions/setup/action.yml:5: has an expression in a script: hand it over in `env`",
  ]);
});

Deno.test("checkWorkflows names what is no YAML", () => {
  assertEquals(breaches("a: [b").length, 1);
  assertEquals(breaches("a: [b")[0]?.startsWith(".github/workflows/ci.yml: expected YAML, found: "), true);
});
