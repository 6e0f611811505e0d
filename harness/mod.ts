/** What authors of scenarios and adapters import. */
export * from "./model/drive.ts";
export * from "./model/event.ts";
export * from "./model/mesh.ts";
export * from "./model/policy.ts";
export * from "./model/process.ts";
export * from "./model/scenario.ts";
export * from "./model/timing.ts";
export * from "./model/verdict.ts";
export * from "./judge/calls.ts";
export * from "./judge/check.ts";
export * from "./judge/history.ts";
export * from "./judge/phase.ts";
export * from "./judge/scenario.ts";
export * from "./judge/statistics.ts";
export * from "./judge/traces.ts";
