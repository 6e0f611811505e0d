import { assertEquals, assertStringIncludes } from "@std/assert";
import { explainEngineError } from "./docker_error.ts";

/** An error as the client of the API throws it. */
function answer(statusCode: number, message: string): Error {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), {
    statusCode,
    json: { message },
  });
}

const explain = (error: unknown) => explainEngineError("start the container x", "unix:///engine.sock", error);

Deno.test("explainEngineError tells what was to be done, what the engine said, and what helps", () => {
  const taken = explain(answer(409, 'Conflict. The container name "/x" is already in use by container "ab"'));
  assertEquals(taken.kind, "conflict");
  assertStringIncludes(
    taken.message,
    "Cannot start the container x: the Docker engine answered 409: Conflict.",
  );
  assertStringIncludes(taken.message, 'run "clean"');
  const missing = explain(answer(404, "No such image: meshproof/etcd:1"));
  assertEquals(missing.kind, "missing");
  assertStringIncludes(missing.message, "deno task images");
  const full = explain(answer(500, "mkdir /var/lib: no space left on device"));
  assertEquals(full.kind, "refused");
  assertStringIncludes(full.message, "make room");
});

Deno.test("explainEngineError knows an engine that is gone by every way a connection breaks", () => {
  for (
    const error of [
      Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
      Object.assign(new Error("connect ENOENT"), { code: "ENOENT" }),
      Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }),
      new Error("socket hang up"),
    ]
  ) {
    const { kind, message } = explain(error);
    assertEquals(kind, "gone");
    assertStringIncludes(message, "expected an answer of the Docker engine at unix:///engine.sock");
  }
});

Deno.test("explainEngineError does not blame the engine for our own mistakes, and explains once", () => {
  const { kind, message } = explain(new RangeError("no more addresses"));
  assertEquals(kind, "refused");
  assertEquals(message, "Cannot start the container x: no more addresses");
  const once = explain(answer(500, "no"));
  assertEquals(explain(once), once);
});
