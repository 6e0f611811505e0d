/** Whether packets go and come between two pods, tried from inside one of them. */
import type { Pod } from "../../model/process.ts";
import type { CellKernel } from "../../model/runtime.ts";

/**
 * The discard service's port (RFC 863), at which nothing listens: where a path is open the connection is refused at
 * once, and no program notices.
 */
export const KNOCK_PORT = 9;

/** What came of one try. */
export interface PathProbe {
  /** True when somebody answered: refused is as good as taken. */
  readonly isOpen: boolean;
  /** `refused`, `connected`, `no answer within 250 ms`, or the system's words. */
  readonly outcome: string;
  /** From the first packet to the answer; undefined when there was none. */
  readonly roundTripMs?: number;
}

/** Limit in seconds, then the targets. One line a target: `<target> <code of timeout> <microseconds> <words>`. */
const SCRIPT = `
export LC_ALL=C
limit=$1; shift
for target in "$@"; do
  {
    words=$(timeout "$limit" bash -c '
      begin=$EPOCHREALTIME
      words=$({ true 3<>"/dev/tcp/$0/${KNOCK_PORT}"; } 2>&1)
      code=$?
      end=$EPOCHREALTIME
      echo "$code $(( \${end/./} - \${begin/./} )) \${words##*: }"' "$target")
    echo "$target $? $words"
  } &
done
wait`;

/**
 * Connects from a pod to several others at once.
 *
 * @param kernel Of the cell that all of them live in.
 * @param from Where the tries begin.
 * @param to Whom to reach.
 * @param limitMs After so long without an answer a path counts as closed.
 * @returns By the name of the pod.
 */
export async function probePaths(
  kernel: CellKernel,
  from: Pod,
  to: readonly Pod[],
  limitMs: number,
): Promise<ReadonlyMap<string, PathProbe>> {
  const hosts = [...new Set(to.map((pod) => pod.host))];
  const output = await kernel.run(from, [
    ...["bash", "-c", SCRIPT, "probe"],
    String(limitMs / 1000),
    ...hosts,
  ]);
  const probes = parseProbes(output, limitMs);
  return new Map(to.map((pod) => {
    const probe = probes.get(pod.host);
    if (probe === undefined) {
      throw new Error(
        `Cannot tell whether ${from.name} reaches ${pod.name}: expected a line for ${pod.host}, found ${
          JSON.stringify(output)
        }`,
      );
    }
    return [pod.name, probe];
  }));
}

/** Reads what the script prints. */
export function parseProbes(text: string, limitMs: number): ReadonlyMap<string, PathProbe> {
  const probes = new Map<string, PathProbe>();
  for (const line of text.split("\n")) {
    const [, host, timeoutCode, code, micros, words] = /^(\S+) (\d+)(?: (\d+) (\d+) ?(.*))?\s*$/.exec(line) ??
      [];
    if (host === undefined) continue;
    if (code === undefined) {
      // timeout(1) exits with 124 when the time was up.
      const outcome = timeoutCode === "124"
        ? `no answer within ${limitMs} ms`
        : `the probe broke with code ${timeoutCode}`;
      probes.set(host, { isOpen: false, outcome });
      continue;
    }
    const outcome = code === "0" ? "connected" : words === "Connection refused" ? "refused" : words ?? "";
    const isOpen = outcome === "connected" || outcome === "refused";
    probes.set(host, { isOpen, outcome, ...(isOpen ? { roundTripMs: Number(micros) / 1000 } : {}) });
  }
  return probes;
}
