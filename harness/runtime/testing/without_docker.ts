import { dockerStatus } from "../docker/status.ts";

/**
 * For `ignore` of tests that need Docker: true where there is none. Never true where MESHPROOF_REQUIRE_DOCKER is 1, so
 * that a machine that is meant to have it cannot skip them in silence.
 */
export const WITHOUT_DOCKER: boolean = Deno.env.get("MESHPROOF_REQUIRE_DOCKER") !== "1" &&
  !(await dockerStatus()).available;
