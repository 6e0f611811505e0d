/** Traffic between pods that is not the faults' own. */
import type { Pod } from "../../../model/process.ts";
import type { CellKernel, CellRuntime } from "../../../model/runtime.ts";

/** A server in a pod. */
export interface Listener extends AsyncDisposable {
  readonly pod: Pod;
  readonly port: number;
  /** Connections that it has taken so far. */
  readonly taken: number;
}

/** Listens in a pod. */
export async function listenIn(cell: CellRuntime, pod: Pod): Promise<Listener> {
  const [port = 0] = pod.freePorts(1);
  let taken = 0;
  const server = await cell.occupy(pod, port, () => taken++);
  return {
    pod,
    port,
    get taken() {
      return taken;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** How long a connect may take before it counts as lost. */
const CONNECT_LIMIT_SECONDS = 0.4;

/**
 * Connects from a pod to several others at once.
 *
 * @returns Of each `connected`, `lost` when nothing came back, or the system's words such as `Connection refused`.
 */
export async function connectAll(kernel: CellKernel, from: Pod, to: readonly Listener[]): Promise<string[]> {
  const script = `
    export LC_ALL=C
    while [ $# -gt 0 ]; do
      {
        words=$(timeout ${CONNECT_LIMIT_SECONDS} bash -c '{ true 3<>"/dev/tcp/$0/$1"; } 2>&1' "$1" "$2")
        case $? in 0) words=connected;; 124) words=lost;; esac
        echo "$1 \${words##*: }"
      } &
      shift 2
    done
    wait`;
  const places = to.flatMap(({ pod, port }) => [pod.host, String(port)]);
  const output = await kernel.run(from, ["bash", "-c", script, "connect", ...places]);
  const lines = output.split("\n");
  return to.map(({ pod }) => {
    const line = lines.find((each) => each.startsWith(`${pod.host} `));
    if (line === undefined) {
      throw new Error(`expected a line for ${pod.host}, found ${JSON.stringify(output)}`);
    }
    return line.slice(pod.host.length + 1).trim();
  });
}

/** As {@link connectAll}, to one. */
export async function connect(kernel: CellKernel, from: Pod, to: Listener): Promise<string> {
  const [word = ""] = await connectAll(kernel, from, [to]);
  return word;
}

/** Sends so many datagrams of 1,400 bytes from a pod, to a port at which nobody need listen. */
export async function sendDatagrams(kernel: CellKernel, from: Pod, to: Pod, count: number): Promise<void> {
  const script = `for ((i = 0; i < $2; i++)); do printf %01400d 0 > "/dev/udp/$1/7000"; done`;
  await kernel.run(from, ["bash", "-c", script, "send", to.host, String(count)]);
}
