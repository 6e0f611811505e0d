import type { CellKernel, CellRuntime } from "../../../model/runtime.ts";
import { openDockerRuntime } from "../../../runtime/docker.ts";
import { openTestRuntime } from "../../../runtime/testing/test_runtime.ts";

/** A cell in containers, for tests of faults; all of it is gone when disposed of. */
export interface Pods extends AsyncDisposable {
  readonly cell: CellRuntime;
  readonly kernel: CellKernel;
}

/** Opens a cell of its own. */
export async function openPods(): Promise<Pods> {
  await using undo = new AsyncDisposableStack();
  const { ledger, logFolder } = undo.use(await openTestRuntime());
  const runtime = undo.use(await openDockerRuntime({ ledger }));
  const cell = undo.use(await runtime.cell({ name: "faults", logFolder }));
  const { kernel } = cell;
  if (kernel === undefined) {
    throw new Error("expected the docker runtime to have a kernel's side, found none");
  }
  const all = undo.move();
  return { cell, kernel, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
