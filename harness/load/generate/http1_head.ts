/** Heads of HTTP/1.1 messages: requests are made, those of answers read. */

/** The peer does not speak HTTP/1.1; the message says what it sent. */
export class Http1Error extends Error {
  override readonly name = "Http1Error";
}

/** What a head says of its answer. */
export interface AnswerHead {
  readonly status: number;
  readonly isKeptAlive: boolean;
  /** Bytes of the body, or how its end is known. */
  readonly length: number | "chunked" | "to end";
}

/**
 * Reads the head of an answer.
 *
 * @param bytes From the status line to the empty line.
 * @throws {Http1Error} When it is none, or its length cannot be told for certain (RFC 9112, 6.3).
 */
export function readHead(bytes: Uint8Array): AnswerHead {
  if (remembered !== undefined && isEqual(bytes, remembered.bytes)) return remembered.head;
  const head = parseHead(new TextDecoder("latin1").decode(bytes));
  remembered = { bytes: bytes.slice(), head };
  return head;
}

/** Answers of a server differ by the second of their Date at most: the last one is mostly this one, too. */
let remembered: { readonly bytes: Uint8Array; readonly head: AnswerHead } | undefined;

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

function parseHead(text: string): AnswerHead {
  const [statusLine = "", ...lines] = text.slice(0, -4).split("\r\n");
  const [, minor, status] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: .*)?$/.exec(statusLine) ?? [];
  if (status === undefined) throw new Http1Error("no status line");
  let contentLength: number | undefined;
  let coding: string | undefined;
  let isKeptAlive = minor === "1";
  for (const line of lines) {
    const [, name, value = ""] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*(.*?)[\t ]*$/.exec(line) ?? [];
    if (name === undefined) throw new Http1Error("a header field without name and colon");
    switch (name.toLowerCase()) {
      case "content-length":
        if (!/^\d{1,15}$/.test(value) || (contentLength ?? Number(value)) !== Number(value)) {
          throw new Http1Error("a content-length that is no number, or two of them");
        }
        contentLength = Number(value);
        break;
      case "transfer-encoding":
        coding = coding === undefined ? value.toLowerCase() : `${coding}, ${value.toLowerCase()}`;
        break;
      case "connection":
        if (/(^|,)[\t ]*close[\t ]*(,|$)/i.test(value)) isKeptAlive = false;
        else if (/(^|,)[\t ]*keep-alive[\t ]*(,|$)/i.test(value)) isKeptAlive = true;
    }
  }
  if (coding !== undefined && contentLength !== undefined) {
    throw new Http1Error("both a content-length and a transfer-encoding");
  }
  const length = coding === undefined
    ? contentLength ?? "to end"
    : /(^|,)[\t ]*chunked$/.test(coding)
    ? "chunked"
    : "to end";
  return { status: Number(status), isKeptAlive, length };
}

/** A request as `http1_target.ts` sends it. */
export interface Http1Request {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Of the field Host. */
  readonly authority: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
}

/**
 * Request line and fields, to the empty line. The length of a body is said where there is one, and where there is none
 * for methods whose requests mostly have one (RFC 9110, 8.6).
 *
 * @throws {TypeError} When something of it would end its line, or is not a token where one is demanded.
 */
export function http1Head({ method, path, authority, headers = [], bodyBytes }: Http1Request): Uint8Array {
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  const lines: (readonly [string, string])[] = [
    ...(names.has("host") ? [] : [["host", authority] as const]),
    ...headers,
  ];
  if (bodyBytes > 0 || /^(POST|PUT|PATCH)$/.test(method)) lines.push(["content-length", String(bodyBytes)]);
  for (const [name, value] of lines) {
    if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new TypeError(
      `Cannot make a request as a header must be a name and a line of text: current value is ` +
        JSON.stringify(`${name}: ${value}`),
    );
  }
  if (!/^[A-Z]+$/.test(method) || !/^[\x21-\x7e]+$/.test(path)) {
    throw new TypeError(
      `Cannot make a request as method and path must be without spaces: current value is ` +
        JSON.stringify(`${method} ${path}`),
    );
  }
  const text = `${method} ${path} HTTP/1.1\r\n${
    lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  }\r\n`;
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
