import { randomStream } from "../../model/random.ts";
import { flameSvg } from "./flame_svg.ts";
import { JOURNEY_KINDS } from "./journey.ts";
import { FAULT, NO_FAULT } from "./journey_words.ts";
import { encodePprof } from "./pprof.ts";
import { type StackProfile, type StackSample, StackSums } from "./stack_profile.ts";

const DEFAULT_KIND = "latency";

/** What a run writes of the journeys on one mesh. */
export interface JourneyFiles {
  /** For `go tool pprof`. */
  readonly pprof: Uint8Array<ArrayBuffer>;
  readonly svg: string;
}

/** One profile of the journeys of all cells of a mesh. */
export function journeyFiles(mesh: string, samples: readonly StackSample[], run: string): JourneyFiles {
  const sums = new StackSums();
  for (const sample of samples) sums.add(sample);
  const profile: StackProfile = {
    kinds: JOURNEY_KINDS,
    samples: sums.samples,
    defaultKind: DEFAULT_KIND,
    comments: [`meshproof run ${run}, mesh ${mesh}: the way of every request`],
  };
  return {
    pprof: encodePprof(profile),
    svg: flameSvg(profile, {
      title: `Journeys on ${mesh}, run ${run}`,
      kind: DEFAULT_KIND,
      colourOf: journeyColour,
    }),
  };
}

/** gRPC status names, which are the outcomes, and the words for none. */
const OUTCOME = /^([A-Z_]+|no end seen|no answer)$/;

/** Green is a good end, red a bad one, orange a fault or a back-off; all else is a quiet blue of its own. */
function journeyColour(name: string): string {
  if (name === "OK") return "#a6dba0";
  if (OUTCOME.test(name)) return "#f4a3a3";
  if (name === NO_FAULT) return "#e3e7ec";
  if (name.startsWith(FAULT) || name.startsWith("back-off")) return "#fdc086";
  if (name.startsWith("attempt")) return name === "attempt 1" ? "#cfe0f3" : "#f7d9a8";
  const random = randomStream(0, "journey", name);
  return `hsl(${Math.round(200 + 30 * random())} 50% ${Math.round(84 + 7 * random())}%)`;
}
