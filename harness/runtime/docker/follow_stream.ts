/** The answer of a daemon to a build or a pull: JSON documents, one after another, over minutes. */
import type { Readable } from "node:stream";
import { z } from "zod";

const message = z.looseObject({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  aux: z.looseObject({ ID: z.string().optional() }).optional(),
});

/** One document. */
export type DaemonMessage = z.infer<typeof message>;

/**
 * Reads an answer to its end.
 *
 * @param stream As dockerode gives it.
 * @param onMessage Given every document but an error.
 * @param signal Breaks it off; its reason is thrown.
 * @throws {Error} With what the daemon says, when it says that it failed; when the connection breaks.
 */
export async function followStream(
  stream: NodeJS.ReadableStream,
  onMessage: (message: DaemonMessage) => void,
  signal?: AbortSignal,
): Promise<void> {
  const readable = stream as Readable;
  const end = () => readable.destroy();
  signal?.addEventListener("abort", end);
  const decoder = new TextDecoder();
  let rest = "";
  let failure: string | undefined;
  const take = (line: string) => {
    if (line.trim() === "") return;
    const { error, ...others } = message.parse(JSON.parse(line));
    if (error === undefined) onMessage(others);
    else failure ??= error;
  };
  try {
    for await (const chunk of readable) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
    signal?.throwIfAborted();
    take(rest);
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", end);
  }
  if (failure !== undefined) throw new Error(failure);
}
