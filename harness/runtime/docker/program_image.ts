/** Which image a program is in, and how it is started there. */
import type { ProcessSpec } from "../../model/process.ts";
import { ProcessStartError } from "../child_process.ts";
import { IMAGE_NAMES, type ImageName } from "./image_context.ts";
import { programArguments } from "./programs.ts";

/** Images that are no tool's. */
const OTHERS: readonly ImageName[] = ["programs", "sandbox"];

/**
 * Image and arguments for its entry point.
 *
 * @param args What the program itself is given.
 * @throws {ProcessStartError} When no image has it.
 */
export function programImage(
  { name, program }: Pick<ProcessSpec, "name" | "program">,
  args: readonly string[],
): { image: ImageName; args: readonly string[] } {
  if ("command" in program) {
    throw new ProcessStartError(
      `Cannot start "${name}": expected a tool or a script, found the command ${program.command}; containers do not have the programs of this machine: use --runtime process`,
    );
  }
  if ("tool" in program) {
    const tools = IMAGE_NAMES.filter((each) => !OTHERS.includes(each));
    const image = tools.find((each) => each === program.tool);
    if (image !== undefined) return { image, args };
    throw new ProcessStartError(
      `Cannot start "${name}": expected a tool that has an image (${
        tools.join(", ")
      }), found "${program.tool}"; add fixtures/images/${program.tool}/Dockerfile, or use --runtime process`,
    );
  }
  try {
    return { image: "programs", args: programArguments(program.script, args) };
  } catch (error) {
    throw new ProcessStartError(`Cannot start "${name}": ${(error as Error).message}`, { cause: error });
  }
}
