/** Where the Docker daemon is looked for: the places of Testcontainers, in its order, so that both find the same one. */

/** One place to ask. */
export type DockerHost =
  | { readonly kind: "socket"; readonly uri: string; readonly path: string }
  | { readonly kind: "tcp"; readonly uri: string; readonly hostname: string; readonly port: number };

/** The API's default port; 2376 by custom where TLS is on. */
const TCP_PORT = 2375;

/**
 * Reads a DOCKER_HOST.
 *
 * @throws {Error} For any other scheme than `unix` and `tcp` (`http` and `https` stand for `tcp`).
 */
export function parseDockerHost(uri: string): DockerHost {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol === "unix:" && url.pathname !== "") {
    return { kind: "socket", uri, path: decodeURIComponent(url.pathname) };
  }
  if (url !== undefined && ["tcp:", "http:", "https:"].includes(url.protocol) && url.hostname !== "") {
    return { kind: "tcp", uri, hostname: url.hostname, port: Number(url.port || TCP_PORT) };
  }
  throw new Error(
    `DOCKER_HOST is ${JSON.stringify(uri)}: expected unix:///path/to/docker.sock or tcp://host:port`,
  );
}

/**
 * Sockets to try where DOCKER_HOST is not set: the system's daemon first, then a rootless one and Docker Desktop's.
 *
 * @param environment Reads a variable.
 * @param uid This user's; null where the system has none.
 */
export function socketPaths(
  environment: (name: string) => string | undefined,
  uid: number | null,
): string[] {
  const runtime = environment("XDG_RUNTIME_DIR");
  const home = environment("HOME");
  return [
    "/var/run/docker.sock",
    ...(runtime ? [`${runtime}/docker.sock`] : []),
    ...(home ? [`${home}/.docker/run/docker.sock`, `${home}/.docker/desktop/docker.sock`] : []),
    ...(uid === null ? [] : [`/run/user/${uid}/docker.sock`]),
  ];
}
