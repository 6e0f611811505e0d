import { type Breach, isTest, type SourceFile } from "./source_file.ts";

/** Packages that only one file may import, because it mends them first. */
export const GUARDED: Readonly<Record<string, { readonly file: string; readonly reason: string }>> = {
  "@grpc/grpc-js": {
    file: "harness/runtime/grpc.ts",
    reason: "it mends a crash of node:http2 before grpc-js loads",
  },
};

/** What opens an HTTP/2 session, which is sound only after `safe_http2.ts` (or `grpc.ts`, which loads it) was loaded. */
const OPENS_SESSION = /\b(connect|createServer|createSecureServer)\(/;
const OPENERS = new Set(["etcd3", "@grpc/grpc-js-xds"]);
const SAFE = new Set(["harness/runtime/safe_http2.ts", "harness/runtime/grpc.ts"]);

/** Every import of a guarded package past its guard. */
export function checkGuardedPackages(files: readonly SourceFile[]): Breach[] {
  return files.filter(({ path }) => !SAFE.has(path) && !isTest(path)).flatMap(({ path, text, imports }) =>
    imports.flatMap(({ specifier, kind, line }, index) => {
      const guard = GUARDED[specifier];
      if (guard !== undefined && guard.file !== path) {
        return [{ path, line, message: `imports ${specifier}: import ${guard.file}, since ${guard.reason}` }];
      }
      const opens = OPENERS.has(specifier) || (specifier === "node:http2" && OPENS_SESSION.test(text));
      const unsafe = kind === "import" && opens &&
        !imports.slice(0, index).some(({ target, kind }) => kind === "import" && SAFE.has(target ?? ""));
      return unsafe
        ? [{ path, line, message: `imports ${specifier}: import harness/runtime/safe_http2.ts above it` }]
        : [];
    })
  );
}
