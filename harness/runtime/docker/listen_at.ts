import type net from "node:net";

/** Makes a server listen. @returns The port that it got. */
export function listenAt(server: net.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 1024 }, () => {
      server.off("error", reject);
      // A connection that cannot be accepted (too many files are open) is lost; the server goes on.
      server.on("error", () => {});
      resolve((server.address() as net.AddressInfo).port);
    });
  });
}
