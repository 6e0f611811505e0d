/** The command `bench` with rows that need neither peers nor time: `echo` in place of what is measured. */
import { parsed } from "../../bench/peer_reports.ts";
import type { Contender, Row } from "../../bench/row.ts";
import { z } from "zod";
import { benchCommand } from "../bench.ts";
import { exitCodeFor, reportFailure } from "../failure.ts";

const figures = z.object({ speed: z.number() });

/** Runs a real process that prints its figures. */
function contender(name: string, speed: number, tool?: string): Contender {
  return {
    name,
    ...tool === undefined ? {} : { tool },
    measure: async (place) => {
      const { output, usage } = await place.run(
        { title: name, command: "echo", args: [JSON.stringify({ speed })] },
        { limitMs: 20_000 },
      );
      return { ...parsed(name, figures, output), peakBytes: usage.peakBytes };
    },
  };
}

function row(id: string, bound: number, peer: Contender): Row {
  return {
    id,
    remark: "An echo against an echo.",
    tools: ["bench-driver"],
    contenders: [contender("ours", 30), peer],
    comparisons: [{
      ...{ name: `speed of ${id}`, unit: "m/s", subject: "ours", peer: peer.name, figure: "speed" },
      demand: { direction: "at least", bound },
    }],
  };
}

let exitCode = 0;
try {
  await benchCommand((code) => exitCode = code, [
    row("kept", 2, contender("theirs", 10)),
    row("missed", 4, contender("theirs", 10)),
    row("peerless", 2, contender("nobody", 10, "h2load")),
  ]).exitOverride().parseAsync(Deno.args, { from: "user" });
} catch (error) {
  reportFailure(error, Deno.args.includes("--json"));
  exitCode = exitCodeFor(error);
}
Deno.exit(exitCode);
