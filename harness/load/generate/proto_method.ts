/** Methods of .proto files: what a call of one looks like, and its messages from JSON. */
import protobuf from "protobufjs";
import { frameMessage } from "../../wire/grpc_frame.ts";
import type { GrpcKind } from "./run_load.ts";
import { encodableOf } from "./proto_json.ts";

/** A method that can be called. */
export interface ProtoMethod {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly kind: GrpcKind;
  /**
   * One message with its prefix, as it goes over the wire.
   *
   * @param json Fields by their names in the .proto or in lower camel case, values as protobuf's JSON mapping has them.
   * @throws {TypeError} When a field is unknown or its value is of another kind, with the field's path.
   */
  encode(json: unknown): Uint8Array;
}

/**
 * Reads .proto files with all that they import.
 *
 * @param paths Files.
 * @param folders Where imports are looked for, beside the folder of whoever imports and protobuf's own files.
 * @throws {SyntaxError} When one cannot be read or understood: with file and line.
 */
export function readProtos(paths: readonly string[], folders: readonly string[] = []): protobuf.Root {
  const root = new protobuf.Root();
  const seen = new Set<string>();
  for (const path of paths) readInto(root, path, folders, seen, path);
  try {
    root.resolveAll();
  } catch (error) {
    const files = [...seen].join(", ");
    throw new SyntaxError(`Cannot use ${files}: ${error instanceof Error ? error.message : error}`);
  }
  return root;
}

function readInto(
  root: protobuf.Root,
  path: string,
  folders: readonly string[],
  seen: Set<string>,
  from: string,
): void {
  if (seen.has(path)) return;
  seen.add(path);
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    throw new SyntaxError(`${from}: cannot read ${path}: ${error instanceof Error ? error.message : error}`);
  }
  const parsed = parse(text, root, path);
  for (const wanted of [...parsed.imports ?? [], ...parsed.weakImports ?? []]) {
    const known = protobuf.common.get(wanted);
    if (known !== null) {
      if (!seen.has(wanted)) root.addJSON(known.nested ?? {});
      seen.add(wanted);
      continue;
    }
    const line = text.slice(0, Math.max(0, text.indexOf(`"${wanted}"`))).split("\n").length;
    const candidates = [...folders, folderOf(path)].map((folder) => `${folder}/${wanted}`);
    const found = candidates.find((each) => seen.has(each) || isFile(each));
    if (found === undefined) {
      throw new SyntaxError(
        `${path}:${line}: expected ${wanted} in one of the folders ${
          [...folders, folderOf(path)].join(", ")
        }, found it in none; name its root with --proto-path`,
      );
    }
    readInto(root, found, folders, seen, `${path}:${line}`);
  }
}

function parse(text: string, root: protobuf.Root, path: string): protobuf.IParserResult {
  try {
    return protobuf.parse(text, root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [, what = message, line = "1"] = /^(.*) \((?:.*, )?line (\d+)\)$/.exec(message) ?? [];
    throw new SyntaxError(`${path}:${line}: ${what}`);
  }
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "." : path.slice(0, slash);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/**
 * Finds a method.
 *
 * @param name `package.Service/Method` or `package.Service.Method`.
 * @throws {TypeError} When there is no such method: with those that there are.
 */
export function methodOf(root: protobuf.Root, name: string): ProtoMethod {
  const methods = methodsOf(root);
  const wanted = name.replace(/^\//, "").replace(/\.([^./]+)$/, "/$1");
  const method = methods.get(`/${wanted}`);
  if (method === undefined) {
    throw new TypeError(
      `Cannot call ${name} as it must be a method of the .proto files: they have ${
        [...methods.keys()].map((path) => path.slice(1)).join(", ") || "none"
      }`,
    );
  }
  const type = method.resolvedRequestType ?? method.parent?.lookupType(method.requestType);
  if (type === undefined || type === null) {
    throw new TypeError(`Cannot call ${name} as its request type is unknown`);
  }
  return {
    path: `/${wanted}`,
    kind: method.requestStream
      ? method.responseStream ? "bidi-streaming" : "client-streaming"
      : method.responseStream
      ? "server-streaming"
      : "unary",
    encode: (json) => frameMessage(type.encode(type.fromObject(encodableOf(type, json))).finish()),
  };
}

function methodsOf(root: protobuf.Root): Map<string, protobuf.Method> {
  const methods = new Map<string, protobuf.Method>();
  const look = (space: protobuf.NamespaceBase) => {
    for (const each of space.nestedArray) {
      if (each instanceof protobuf.Service) {
        for (const method of each.methodsArray) {
          method.resolve();
          methods.set(`/${each.fullName.slice(1)}/${method.name}`, method);
        }
      }
      if (each instanceof protobuf.Namespace) look(each);
    }
  };
  look(root);
  return methods;
}
