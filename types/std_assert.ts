/**
 * `@std/assert` as npm carries it, with types: the npm package is the JavaScript of @std without its declarations.
 * Whoever has JSR maps `@std/assert` to `jsr:@std/assert@1` in deno.json and needs this file no more.
 */
// @ts-types="./std_assert.d.ts"
export * from "deno-std/assert/mod.js";
