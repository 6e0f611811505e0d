import type { z } from "zod";
import type { Address } from "../../model/mesh.ts";
import { type ArmedFault, once } from "../fault.ts";
import type { Link, LinkOptions } from "./link.ts";
import type { LinkProcess } from "./link_process.ts";
import { armedSchema, booksSchema, openedSchema, testimonySchema } from "./link_protocol.ts";
import type { Toxic } from "./toxic.ts";

/**
 * Opens a link in another process. It does and witnesses the same as one of `openLink`, from where that process is;
 * each toxic goes there as its `spec`.
 *
 * @param process Where it shall live.
 * @param options As for `openLink`; it binds what its pod binds unless told otherwise.
 * @throws {LinkProcessError} When it cannot be opened.
 */
export async function openRemoteLink(process: LinkProcess, options: LinkOptions): Promise<Link> {
  const { name, seed = 0, port = 0, protocol = "tcp" } = options;
  const { bind = process.pod.bind, host = process.pod.host } = options;
  let target: Address = options.target;
  const toxics = (options.toxics ?? []).map(({ name: faultName, toxic }) => ({
    ...(faultName === undefined ? {} : { name: faultName }),
    toxic: toxic.spec,
  }));
  const opened = openedSchema.parse(
    await process.command({ command: "open", name, target, bind, host, port, seed, protocol, toxics }),
  );
  const { address } = opened;

  const held = ({ fault, name: faultName, detail }: z.infer<typeof armedSchema>): ArmedFault => ({
    name: faultName,
    detail,
    witness: async () => testimonySchema.parse(await process.command({ command: "witness", fault })),
    heal: once(async () => void await process.command({ command: "heal", fault })),
  });
  const arm = async (toxic: Toxic, faultName = `${name}/${toxic.kind}`): Promise<ArmedFault> =>
    held(
      armedSchema.parse(
        await process.command({ command: "arm", link: name, name: faultName, toxic: toxic.spec }),
      ),
    );
  const close = once(async () => {
    // A process that is gone has closed its links in its own way.
    if (!process.hasEnded) await process.command({ command: "close", link: name });
  });
  return {
    name,
    address,
    get target() {
      return target;
    },
    books: async () => booksSchema.parse(await process.command({ command: "books", link: name })),
    armed: opened.armed.map(held),
    arm,
    fault: (toxic, faultName = `${name}/${toxic.kind}`) => ({
      name: faultName,
      inject: () => arm(toxic, faultName),
    }),
    retarget: async (elsewhere) => {
      await process.command({ command: "retarget", link: name, target: elsewhere });
      target = elsewhere;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
