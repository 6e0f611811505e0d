import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit, type YAMLMap } from "yaml";
import type { TextFile } from "./repository.ts";
import type { Breach } from "./source_file.ts";

/** Every workflow, and every action of our own. */
const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const ACTION = /^\.github\/actions\/(?:[^/]+\/)+action\.ya?ml$/;

/** A workflow's job may write only what stands here; nothing may write in a workflow that a pull request starts. */
export const ALLOWED_WRITES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  ".github/workflows/nightly.yml": { issue: ["issues"] },
};

/** A full commit, with the version that it is in a comment: a tag can be moved, a commit cannot. */
const PINNED = /^\s*(?:-\s+)?uses:\s+[\w.-]+\/[\w./-]+@[0-9a-f]{40}\s+# v\d+(?:\.\d+)*\s*$/;
const LOCAL = /^\s*(?:-\s+)?uses:\s+\.\/[\w./-]+\s*$/;

/**
 * Every workflow that trusts more than it must: an action that is not pinned by commit, a job without a time-out or
 * with more permissions than it needs, a checkout that leaves its token behind, an expression in a script (whose value
 * may come from anybody and would be run), a workflow that may pile up.
 */
export function checkWorkflows(
  files: readonly TextFile[],
  allowedWrites: typeof ALLOWED_WRITES = ALLOWED_WRITES,
): Breach[] {
  return files.flatMap((file) => {
    const isWorkflow = WORKFLOW.test(file.path);
    if (!isWorkflow && !ACTION.test(file.path)) return [];
    const lines = new LineCounter();
    const document = parseDocument(file.text, { lineCounter: lines });
    const [error] = document.errors;
    const root = document.contents;
    if (error !== undefined || !isMap(root)) {
      return [{
        path: file.path,
        line: 0,
        message: `expected YAML, found: ${error?.message ?? "no mapping"}`,
      }];
    }
    const at = (node: unknown): number => {
      const range = (node as Node | null | undefined)?.range;
      return range ? lines.linePos(range[0]).line : 0;
    };
    const said = [
      ...unpinnedUses(file.text),
      ...stepBreaches(root, at),
      ...(isWorkflow ? workflowBreaches(root, at, allowedWrites[file.path] ?? {}) : []),
    ];
    return said.map(({ line, message }) => ({ path: file.path, line, message }));
  });
}

interface Said {
  readonly line: number;
  readonly message: string;
}

function unpinnedUses(text: string): Said[] {
  return text.split("\n").flatMap((content, index) => {
    if (!/^\s*(?:-\s+)?["']?uses["']?\s*:/.test(content) || PINNED.test(content) || LOCAL.test(content)) {
      return [];
    }
    return [{
      line: index + 1,
      message: `uses ${
        content.replace(/^.*?uses["']?\s*:\s*/, "")
      }: expected owner/name@<commit, 40 digits> # vX.Y.Z, or ./a path`,
    }];
  });
}

/** What holds of every step, wherever it stands. */
function stepBreaches(root: YAMLMap, at: (node: unknown) => number): Said[] {
  const said: Said[] = [];
  visit(root, {
    Map(_key, step) {
      const script = step.get("run", true);
      if (isScalar(script) && typeof script.value === "string" && script.value.includes("${{")) {
        said.push({ line: at(script), message: "has an expression in a script: hand it over in `env`" });
      }
      const uses = step.get("uses");
      if (typeof uses !== "string" || !uses.startsWith("actions/checkout@")) return;
      const given = step.get("with");
      if (isMap(given) && given.get("persist-credentials") === false) return;
      said.push({ line: at(step), message: "checks out without `persist-credentials: false`" });
    },
  });
  return said;
}

function workflowBreaches(
  root: YAMLMap,
  at: (node: unknown) => number,
  allowed: Readonly<Record<string, readonly string[]>>,
): Said[] {
  const said: Said[] = [];
  const triggers = triggersOf(root.get("on", true));
  const isForAnybody = triggers.some((trigger) => trigger.startsWith("pull_request"));
  if (triggers.includes("pull_request_target")) {
    said.push({
      line: 1,
      message: "is started by pull_request_target, which lends our rights to anybody's change",
    });
  }
  if (!root.has("concurrency")) said.push({ line: 1, message: "has no concurrency group" });
  const whole = root.get("permissions", true);
  if (!isMap(whole) || whole.items.length > 0) {
    said.push({
      line: at(whole) || 1,
      message: "expected `permissions: {}` for the whole; each job states its own",
    });
  }
  const jobs = root.get("jobs", true);
  if (!isMap(jobs) || jobs.items.length === 0) return [...said, { line: 1, message: "has no jobs" }];
  for (const { key, value: job } of jobs.items) {
    const name = String(isScalar(key) ? key.value : key);
    const line = at(key);
    if (!isMap(job)) {
      said.push({ line, message: `job ${name} is no mapping` });
      continue;
    }
    if (typeof job.get("timeout-minutes") !== "number") {
      said.push({ line, message: `job ${name} has no timeout-minutes` });
    }
    const permissions = job.get("permissions", true);
    if (!isMap(permissions)) {
      said.push({ line, message: `job ${name} expected its permissions one by one` });
      continue;
    }
    for (const { key: scope, value } of permissions.items) {
      const what = String(isScalar(scope) ? scope.value : scope);
      const right = String(isScalar(value) ? value.value : value);
      const mayWrite = !isForAnybody && (allowed[name] ?? []).includes(what);
      if (right === "none" || (right === "read" && what === "contents") || (right === "write" && mayWrite)) {
        continue;
      }
      said.push({
        line: at(scope),
        message:
          `job ${name} asks for ${what}: ${right}: expected contents: read at most; more is allowed in scripts/checks/workflows.ts`,
      });
    }
  }
  return said;
}

/** Names of the events that start a workflow: one, a list, or a mapping. */
function triggersOf(on: unknown): string[] {
  if (isScalar(on)) return [String(on.value)];
  if (isSeq(on)) return on.items.map((item) => String(isScalar(item) ? item.value : item));
  if (isMap(on)) return on.items.map(({ key }) => String(isScalar(key) ? key.value : key));
  return [];
}
