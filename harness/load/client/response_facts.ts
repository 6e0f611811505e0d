import type { HeaderField } from "../../wire/hpack/header_field.ts";

/** What a header list of an answer says that the client acts on. */
export interface ResponseFacts {
  /** Of `:status`; 0 in trailers. */
  readonly status: number;
  /** Of `grpc-status`; -1 when absent or no number. */
  readonly grpcStatus: number;
  /** Bytes by `content-length`; -1 when absent. */
  readonly contentLength: number;
  /** Why the list is malformed (RFC 9113, section 8.2 and 8.3); empty when it is not. */
  readonly fault: string;
}

/** Fields that belong to a connection of HTTP/1.1 (RFC 9113, section 8.2.2). */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** The decoder gives the same list for the same block: what it says is then read once. */
const known = new WeakMap<readonly HeaderField[], ResponseFacts>();

/** Reads a header list of a server: of an answer's head, or of its trailers (which alone lack `:status`). */
export function factsOf(fields: readonly HeaderField[]): ResponseFacts {
  const before = known.get(fields);
  if (before !== undefined) return before;
  const facts = read(fields);
  known.set(fields, facts);
  return facts;
}

function read(fields: readonly HeaderField[]): ResponseFacts {
  let status = 0;
  let grpcStatus = -1;
  let contentLength = -1;
  let fault = "";
  let isPastPseudo = false;
  for (const [name, value] of fields) {
    fault ||= faultOf(name, value);
    if (!name.startsWith(":")) {
      isPastPseudo = true;
      if (name === "grpc-status" && /^\d{1,9}$/.test(value)) grpcStatus = Number(value);
      if (name === "content-length") {
        const isSame = contentLength === -1 || contentLength === Number(value);
        if (!/^\d{1,15}$/.test(value) || !isSame) fault ||= `a content-length of ${JSON.stringify(value)}`;
        contentLength = Number(value);
      }
      continue;
    }
    if (name !== ":status") fault ||= `the pseudo-header ${name} in an answer`;
    else if (isPastPseudo) fault ||= ":status after other fields";
    else if (status !== 0) fault ||= ":status twice";
    else if (!/^[1-9]\d\d$/.test(value)) fault ||= `a :status of ${JSON.stringify(value)}`;
    else status = Number(value);
  }
  if (status === 101) fault ||= "a :status of 101";
  return { status, grpcStatus, contentLength, fault };
}

function faultOf(name: string, value: string): string {
  // deno-lint-ignore no-control-regex
  if (!/^:?[^\x00-\x20A-Z:\x7f-\xff]+$/.test(name)) return `a field named ${JSON.stringify(name)}`;
  if (CONNECTION_FIELDS.has(name)) return `the field ${name}, which is for HTTP/1.1 alone`;
  // deno-lint-ignore no-control-regex
  if (/[\x00\r\n]|^[ \t]|[ \t]$/.test(value)) return `the field ${name} with a forbidden value`;
  return "";
}
