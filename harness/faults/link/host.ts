import type { Recorder } from "../../model/event.ts";
import type { CellRuntime } from "../../model/runtime.ts";
import { type Link, type LinkOptions, openLink } from "./link.ts";
import { LinkProcess } from "./link_process.ts";
import { openRemoteLink } from "./remote_link.ts";

/** Where the links of one hop live. */
export interface LinkHost {
  /** Opens a link; its name must be unique in the host. */
  open(options: LinkOptions): Promise<Link>;
  /** Closes what is still open, and ends what was started for it. */
  close(): Promise<void>;
}

/** The harness itself, on its loopback. */
export const HARNESS_LINKS: LinkHost = { open: openLink, close: () => Promise.resolve() };

/**
 * Opens a place for the links of one hop: the harness itself where the cell is on its loopback, a pod of their own
 * where the cell has a network.
 *
 * @param name Of the hop.
 * @throws {NotReadyError} When the process does not start.
 */
export async function openLinkHost(runtime: CellRuntime, name: string): Promise<LinkHost> {
  return runtime.kind === "process" ? HARNESS_LINKS : await openRemoteLinkHost(runtime, name);
}

/**
 * Starts a process of the cell, in a pod of its own, that links live in.
 *
 * @param name Of the hop; the process and its pod are called `link-<name>`.
 * @throws {NotReadyError} When the process does not start.
 */
export async function openRemoteLinkHost(
  runtime: Pick<CellRuntime, "pod" | "spawn">,
  name: string,
): Promise<LinkHost> {
  const recorders = new Map<string, Recorder>();
  const pod = await runtime.pod(`link-${name}`);
  const process = await LinkProcess.start(
    runtime.spawn,
    `link-${name}`,
    pod,
    (link) => recorders.get(link),
  );
  return {
    open: async (options) => {
      // Before it is open: its first connection may come before the answer does.
      recorders.set(options.name, options.recorder);
      return await openRemoteLink(process, options);
    },
    close: () => process.stop(),
  };
}
