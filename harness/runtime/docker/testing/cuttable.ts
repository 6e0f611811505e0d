/** A way to the engine that can be cut: a TCP port on loopback whose bytes go to the real one. */
import net from "node:net";
import type { DockerHost } from "../docker_host.ts";

/** An open way. */
export interface Cuttable extends Disposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Breaks all connections and takes no more, as an engine that died. */
  cut(): void;
  /** Takes connections again, as an engine that came back. */
  mend(): Promise<void>;
}

/** Opens one. */
export async function openCuttable(engine: DockerHost): Promise<Cuttable> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((near) => {
    const far = engine.kind === "socket"
      ? net.connect({ path: engine.path })
      : net.connect({ host: engine.hostname, port: engine.port });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on("data", (bytes) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => resolve());
    });
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: `tcp://127.0.0.1:${port}`,
    cut,
    mend: () => listen(port),
    [Symbol.dispose]: cut,
  };
}
