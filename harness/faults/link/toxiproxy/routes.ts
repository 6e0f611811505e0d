import { ApiError } from "./api_error.ts";

/** What a handler gets: the names in the path, decoded, in their order, and the request. */
export type Handler = (request: Request, names: readonly string[]) => Promise<Response> | Response;

/** One path with what may be done to it. */
export interface Route {
  /** Segments; `*` stands for any name. */
  readonly path: readonly string[];
  /** By HTTP method. */
  readonly methods: Readonly<Record<string, Handler>>;
}

/**
 * Finds who answers a request.
 *
 * @param routes All there are; the first that fits is taken.
 * @throws {ApiError} 404 when no path fits, 405 when the path has no such method.
 */
export function routeFor(
  routes: readonly Route[],
  method: string,
  pathname: string,
): { handler: Handler; names: string[] } {
  const segments = pathname.slice(1).split("/").map(decoded);
  const route = routes.find(({ path }) =>
    path.length === segments.length &&
    path.every((want, index) => want === "*" ? segments[index] !== "" : want === segments[index])
  );
  if (route === undefined) {
    throw new ApiError(
      404,
      `page not found: expected one of ${
        routes.map(({ path }) => `/${path.join("/")}`).join(", ")
      }, found ${pathname}`,
    );
  }
  const handler = Object.hasOwn(route.methods, method) ? route.methods[method] : undefined;
  if (handler === undefined) {
    throw new ApiError(
      405,
      `method not allowed: expected ${Object.keys(route.methods).join(" or ")}, found ${method}`,
    );
  }
  return { handler, names: segments.filter((_, index) => route.path[index] === "*") };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ApiError(400, `path: expected percent-encoded UTF-8, found ${JSON.stringify(segment)}`);
  }
}
