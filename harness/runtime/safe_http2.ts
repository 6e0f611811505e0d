/**
 * Makes node:http2 of Deno 2.9 safe against a GOAWAY. There, a session that closes itself from within the
 * callback that reads a GOAWAY frees the nghttp2 session that is still reading, and the process aborts
 * (`free(): invalid pointer`, or an assertion in nghttp2_session.c). Every grpc-js client that closes politely
 * does this to its server. Putting the close off to the next turn of the event loop keeps the memory alive.
 *
 * Importing this module is all that is needed; it must come before any module that captures `http2.connect`
 * or `http2.createServer`. Reproduced by `safe_http2_test.ts`.
 */
import http2 from "node:http2";

interface ClosableSession {
  close(...args: unknown[]): void;
  destroy(...args: unknown[]): void;
}

const patched = new WeakSet<object>();

function putOffClosing(session: ClosableSession): void {
  if (patched.has(session)) return;
  patched.add(session);
  for (const method of ["close", "destroy"] as const) {
    const original = session[method].bind(session);
    session[method] = (...args: unknown[]) => void setImmediate(() => original(...args));
  }
}

// deno-lint-ignore no-explicit-any -- node:http2's own overloads cannot be expressed generically
const mutable = http2 as any;
if (!patched.has(mutable)) {
  patched.add(mutable);
  for (const name of ["createServer", "createSecureServer"] as const) {
    const original = mutable[name];
    mutable[name] = (...args: unknown[]) => {
      const server = original(...args);
      server.prependListener("session", putOffClosing);
      return server;
    };
  }
  const connect = mutable.connect;
  mutable.connect = (...args: unknown[]) => {
    const session = connect(...args);
    putOffClosing(session);
    return session;
  };
}
