/** The only door to @grpc/grpc-js: it makes sure that node:http2 is made safe first. */
import "./safe_http2.ts";
export * from "@grpc/grpc-js";
