/** Writes a history of some megabytes to the path given, and says how closing it went: for a test with a full disk. */
import { HistoryFile, RunClock } from "../history_file.ts";

const history = new HistoryFile(Deno.args[0] as string, new RunClock());
for (let index = 0; index < 4_000; index++) {
  history.record("engine", { kind: "note", text: "x".repeat(1_000) });
  if (index % 100 === 0) await Promise.resolve();
}
const words = (() => {
  try {
    history.close();
    return "written";
  } catch (error) {
    return String(error);
  }
})();
await Deno.stdout.write(new TextEncoder().encode(`${history.events.length} events: ${words}`));
