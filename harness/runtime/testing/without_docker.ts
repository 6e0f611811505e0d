import { dockerStatus } from "../docker/status.ts";

const required = Deno.env.get("MESHPROOF_REQUIRE_DOCKER");

/**
 * For `ignore` of tests that need Docker: true where there is none. MESHPROOF_REQUIRE_DOCKER=1 makes it never true, so
 * that a machine that is meant to have Docker cannot skip them in silence; 0 makes it always true, for who has had them.
 */
export const WITHOUT_DOCKER: boolean = required === "0" ||
  (required !== "1" && !(await dockerStatus()).available);
