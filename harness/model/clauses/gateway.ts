import { type Clause, core, extended } from "../clause.ts";

export const GATEWAY: readonly Clause[] = [
  core(
    "GTW-01",
    "Path, query and body map to the request message as the `google.api.http` annotation says.",
    "google.api.http: HTTP/JSON transcoding",
  ),
  core("GTW-02", "All 16 gRPC codes map to their HTTP status.", "gRPC: status codes; google.rpc.Code"),
  core(
    "GTW-03",
    "The error body is `{code, message, details}`.",
    "grpc-gateway: error body; google.rpc.Status",
  ),
  core(
    "GTW-04",
    "Authorization and traceparent become metadata; hop-by-hop headers do not.",
    "RFC 9110, section 7.6.1: hop-by-hop headers",
  ),
  core(
    "GTW-05",
    "Malformed JSON, wrong type, unknown field, oversized body: 400 or 413 with a reason; the next request is served.",
    "RFC 9110, sections 15.5.1 and 15.5.14; ProtoJSON",
  ),
  extended(
    "GTW-06",
    "Server streaming arrives as newline-delimited JSON, as it is produced.",
    "grpc-gateway: server streaming",
  ),
  core(
    "GTW-07",
    "The served OpenAPI document describes what is served, path by path, and validates.",
    "OpenAPI 3.1",
  ),
];
