import { z } from "zod";

const count = z.int().min(0);

const status = z.strictObject({
  /** `partial`: nothing failed, but not everything was judged, or the run was of a selection. */
  result: z.enum(["success", "partial", "failure"]),
  statistics: z.strictObject({ Passed: count, Skipped: count, Failed: count }),
  /** Ids of the clauses that were not judged. */
  skippedTests: z.array(z.string()).optional(),
  /** Ids of the clauses that the mesh breaks, recorded deviations too. */
  failedTests: z.array(z.string()).optional(),
});

const extendedStatus = status.extend({
  /** Ids of the extended clauses that the mesh declares. */
  supportedFeatures: z.array(z.string()).optional(),
  unsupportedFeatures: z.array(z.string()).optional(),
});

/**
 * One document of `conformance.yaml`. Shaped as Gateway API's ConformanceReport (kubernetes-sigs/gateway-api,
 * `conformance/apis/v1`): a profile is a family of clauses, a test is a clause; in place of `gatewayAPIVersion` and
 * `gatewayAPIChannel` stands the version of the specification that the mesh was judged by.
 */
export const conformanceSchema = z.strictObject({
  apiVersion: z.literal("meshproof/v1"),
  kind: z.literal("ConformanceReport"),
  date: z.iso.datetime(),
  /** Version of Meshproof, whose clauses these are. */
  meshproofVersion: z.string(),
  /** Commit of the harness that ran. */
  meshproofCommit: z.string(),
  /** The runtime. */
  mode: z.enum(["process", "docker"]),
  /** Empty where nothing is known of a mesh: for who publishes the report to fill in. */
  implementation: z.strictObject({
    organization: z.string(),
    project: z.string(),
    url: z.string(),
    version: z.string(),
    contact: z.array(z.string()),
  }),
  profiles: z.array(z.strictObject({
    /** The family, such as `RTE`. */
    name: z.string(),
    summary: z.string(),
    core: status,
    extended: extendedStatus.optional(),
  })),
});

export type Conformance = z.infer<typeof conformanceSchema>;
export type ConformanceProfile = Conformance["profiles"][number];
export type ConformanceStatus = z.infer<typeof status>;
