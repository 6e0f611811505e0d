/** Rules of the HTTP/2 mode as data: which requests, and what is done to each of them. */
import { z } from "zod";
import { STATUS_NAMES } from "../../../model/grpc_status.ts";
import { ERROR_NAMES } from "../../../wire/frame.ts";

const durationMs = z.number().min(0).max(3_600_000);
const wholeNumber = z.number().int().min(1);

/** Name in RFC 9113 (`REFUSED_STREAM`), or the number, so that codes nobody knows can be sent as well. */
const errorCode = z.union([
  z.string().refine((name) => ERROR_NAMES.includes(name), {
    error: `expected one of ${ERROR_NAMES.join(", ")}`,
  }),
  z.number().int().min(0).max(0xffffffff),
]);

/** Name (`UNAVAILABLE`), or the number, so that codes nobody knows can be sent as well. */
const grpcStatus = z.union([
  z.string().refine((name) => (STATUS_NAMES as readonly string[]).includes(name), {
    error: `expected one of ${STATUS_NAMES.join(", ")}`,
  }),
  z.number().int().min(0).max(0x7fffffff),
]);

/**
 * When, in the life of a stream, an action strikes:
 * - `request`: its headers have come; the target has not seen them and never will;
 * - `request-end`: the target has been sent the whole request;
 * - `response-headers`: the target has begun to answer; the caller has not been told;
 * - `first-message`: the first message of the answer has been passed (the first DATA of one that is not gRPC);
 * - `response-end`: the target has answered; the caller has been sent all but the trailers, or the end.
 */
const moment = z.enum(["request", "request-end", "response-headers", "first-message", "response-end"]);
export type Moment = z.infer<typeof moment>;

const direction = z.enum(["up", "down"]);

/** Which requests. All parts must hold; without any it is every request. */
const matchSchema = z.strictObject({
  /** Glob on the path without its query: for gRPC the full method, such as `/meshproof.v1.Echo/*`. */
  method: z.string().min(1).optional(),
  /** Lower-case name to the value, or to a regular expression that occurs in it. */
  header: z.record(
    z.string().regex(/^[^A-Z]+$/),
    z.union([
      z.string(),
      z.strictObject({ regex: z.string().refine(isRegex, { error: "expected a regular expression" }) }),
    ]),
  ).optional(),
  /** Counted over the link, among the requests that hold to method and header, in the order of their arrival. */
  nth: z.union([z.strictObject({ every: wholeNumber }), z.strictObject({ exactly: wholeNumber })]).optional(),
  /** Share of the requests that hold to the rest; each is drawn by (seed, link, rule, its number), whatever its connection. */
  share: z.number().min(0).max(1).optional(),
});

/** What is done. `up`: to the request; `down`: to the answer. */
const actionSchema = z.discriminatedUnion("kind", [
  /**
   * Every frame of the stream is held for so long; other streams overtake it. Held DATA takes its part of the
   * connection's window, as what is on its way through a slow network does.
   */
  z.strictObject({
    kind: z.literal("delay"),
    delayMs: durationMs,
    direction: z.enum(["up", "down", "both"]),
  }),
  /** The caller is answered by the link; a target that has seen the request is told CANCEL. */
  z.strictObject({
    kind: z.literal("abort"),
    grpcStatus: grpcStatus.optional(),
    httpStatus: z.number().int().min(200).max(599).optional(),
    message: z.string().refine((text) => text.isWellFormed(), { error: "expected well-formed Unicode" })
      .default(""),
    when: moment.default("request"),
  }).refine((abort) => (abort.grpcStatus === undefined) !== (abort.httpStatus === undefined), {
    error: "expected either grpcStatus or httpStatus",
  }).refine(
    ({ httpStatus, when }) =>
      httpStatus === undefined || (when !== "first-message" && when !== "response-end"),
    { error: "an httpStatus can only be sent before the answer's own headers", path: ["when"] },
  ),
  /** RST_STREAM to the caller; a target that has seen the request is told CANCEL. */
  z.strictObject({ kind: z.literal("rstStream"), code: errorCode, when: moment.default("request") }),
  /**
   * GOAWAY to the caller, whose later streams are ignored; the connection ends once the earlier ones have.
   * `previous`: this request counts as not seen. `graceful`: first one that only warns (RFC 9113, section 6.8).
   */
  z.strictObject({
    kind: z.literal("goaway"),
    code: errorCode.default("NO_ERROR"),
    lastStreamId: z.enum(["this", "previous"]),
    graceful: z.boolean().default(false),
    when: moment.default("request"),
  }),
  /** The answer ends without trailers; one of trailers alone loses its `grpc-` fields. */
  z.strictObject({ kind: z.literal("missingTrailers") }),
  /** WINDOW_UPDATEs of the caller or of the target are withheld: those of the stream, or all of the connection as well. */
  z.strictObject({
    kind: z.literal("stoppedFlowControl"),
    from: z.enum(["client", "server"]),
    scope: z.enum(["stream", "connection"]).default("stream"),
  }),
  /**
   * Header blocks go out in so many pieces, HEADERS and CONTINUATIONs, one each `intervalMs`; the direction waits behind
   * them. nghttp2 takes a block of more than eight CONTINUATIONs for an attack.
   */
  z.strictObject({
    kind: z.literal("slowHeaders"),
    intervalMs: durationMs,
    fragments: wholeNumber.max(1000).default(5),
    direction: direction.default("down"),
  }),
  /**
   * So many bytes of the first message pass, its prefix not counted (of the body, where it is not gRPC's); then
   * END_STREAM, or RST_STREAM(INTERNAL_ERROR).
   */
  z.strictObject({
    kind: z.literal("truncatedMessage"),
    bytes: z.number().int().min(0),
    then: z.enum(["endStream", "rstStream"]).default("endStream"),
    direction: direction.default("down"),
  }),
  /** `content-length` is off by so much; a missing one is taken as 0, and it never goes below 0. */
  z.strictObject({
    kind: z.literal("wrongContentLength"),
    delta: z.number().int().refine((delta) => delta !== 0, { error: "expected a number other than 0" }),
    direction: direction.default("down"),
  }),
  /** `grpc-retry-pushback-ms` in the trailers (gRFC A6); below 0 it forbids a retry. */
  z.strictObject({ kind: z.literal("pushbackHeader"), pushbackMs: z.number().int() }),
]);
export type ActionSpec = z.infer<typeof actionSchema>;

/** One rule. */
export const ruleSchema = z.strictObject({
  /** Unique in its list; names the rule in hits and keys its random stream. */
  name: z.string().min(1),
  match: matchSchema.default({}),
  action: actionSchema,
});
export type RuleSpec = z.infer<typeof ruleSchema>;
/** As it may be written, with defaults left out. */
export type RuleInput = z.input<typeof ruleSchema>;
export type MatchSpec = RuleSpec["match"];

/** Rules in the order in which they work; the first that ends a stream or its connection is the last to strike. */
export const rulesSchema = z.array(ruleSchema).min(1).superRefine((rules, context) => {
  const seen = new Set<string>();
  rules.forEach(({ name }, index) => {
    if (seen.has(name)) {
      context.addIssue({
        code: "custom",
        path: [index, "name"],
        message: `expected a name of its own: "${name}" is taken`,
      });
    }
    seen.add(name);
  });
});

function isRegex(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
