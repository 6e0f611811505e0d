/** A place of a test's own, with the tools of this machine. */
import { createProcessRuntime } from "../../runtime/process.ts";
import { RunLedger } from "../../runtime/run_ledger.ts";
import { Tools } from "../../runtime/tools.ts";
import { Place } from "../place.ts";

/** Opens a place, and removes its folder when the body is done; whatever it started has ended by then. */
export async function withPlace(body: (place: Place) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    await using ledger = await RunLedger.open(`${folder}/state`, "bench-test");
    const tools = new Tools();
    await using runtime = createProcessRuntime({ ledger, tools, logFolder: `${folder}/logs` });
    await body(new Place(runtime, tools, folder, new AbortController().signal));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
