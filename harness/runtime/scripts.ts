/** Our own TypeScript programs that run as processes of a cell: on Deno here, bundled in the image `programs` there. */

/** One program. */
export interface Script {
  /** From the repository's root. */
  readonly source: string;
  /** Flags of `deno run`: what it may do beside talking to its cell, which each runtime grants in its own way. */
  readonly permissions: readonly string[];
}

const SERVICE: Script = {
  source: "fixtures/services/main.ts",
  // It reads its protos and packages, and what grpc-js looks up of the system.
  permissions: ["--allow-read", "--allow-env", "--allow-sys"],
};

const REFERENCE: Script = {
  source: "fixtures/reference/main.ts",
  permissions: ["--allow-env", "--allow-sys"],
};

const RELAY: Script = {
  source: "fixtures/relay/main.ts",
  // Its token comes by the environment.
  permissions: ["--allow-env"],
};

const LINK: Script = {
  source: "fixtures/link/main.ts",
  permissions: ["--allow-env"],
};

const TOMBSTONE: Script = { source: "fixtures/programs/tombstone/main.ts", permissions: [] };

/** For tests of the runtimes themselves. */
const PUPPET: Script = {
  source: "fixtures/programs/puppet/main.ts",
  permissions: ["--allow-read", "--allow-write", "--allow-env"],
};

/** What the load generator measures itself against. */
const DELAYED_ANSWERS: Script = { source: "fixtures/programs/delayed_answers/main.ts", permissions: [] };

const DEMO_CONTROL_PLANE: Script = {
  source: "fixtures/demo/control_plane/main.ts",
  // It reads its policy, and what grpc-js looks up of the system.
  permissions: ["--allow-read", "--allow-env", "--allow-sys"],
};

const DEMO_LOAD: Script = {
  source: "fixtures/demo/load/main.ts",
  permissions: ["--allow-read", "--allow-env", "--allow-sys"],
};

const SIDECAR: Script = {
  source: "fixtures/sidecar/main.ts",
  // Only libc tells where a redirected connection was dialled; there are rules that redirect only in containers.
  permissions: ["--allow-ffi", "--allow-env", "--allow-sys"],
};

export const SCRIPTS = {
  service: SERVICE,
  reference: REFERENCE,
  relay: RELAY,
  link: LINK,
  sidecar: SIDECAR,
  tombstone: TOMBSTONE,
  puppet: PUPPET,
  "delayed-answers": DELAYED_ANSWERS,
  "demo-control-plane": DEMO_CONTROL_PLANE,
  "demo-load": DEMO_LOAD,
} as const satisfies Readonly<
  Record<string, Script>
>;
export type ScriptName = keyof typeof SCRIPTS;

/** @throws {TypeError} When there is no such program. */
export function scriptOf(name: string): Script {
  const script = (SCRIPTS as Readonly<Record<string, Script>>)[name];
  if (script !== undefined) return script;
  throw new TypeError(
    `Cannot start script "${name}": expected one of ${Object.keys(SCRIPTS).join(", ")}`,
  );
}

/**
 * Command line that starts a script on this machine's Deno.
 *
 * @param name One of `SCRIPTS`.
 * @param args What the program itself is given.
 */
export function scriptCommand(
  name: string,
  args: readonly string[],
): { command: string; args: readonly string[] } {
  const script = scriptOf(name);
  const root = new URL("../../", import.meta.url);
  const path = (relative: string) => {
    const url = new URL(relative, root);
    return url.protocol === "file:" ? decodeURIComponent(url.pathname) : url.href;
  };
  return {
    command: Deno.execPath(),
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", `--config=${path("deno.json")}`],
      // On this machine a cell is the loopback.
      "--allow-net=127.0.0.0/8,localhost",
      ...script.permissions,
      path(script.source),
      ...args,
    ],
  };
}
