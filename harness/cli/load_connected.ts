import { errorText } from "../model/error_text.ts";

/** Says whom it was about, where the system only says what. */
export async function connected<Value>(target: string, run: () => Promise<Value>): Promise<Value> {
  try {
    return await run();
  } catch (error) {
    const isNobodys = error instanceof Deno.errors.ConnectionRefused ||
      error instanceof Deno.errors.TimedOut ||
      error instanceof Deno.errors.InvalidData || error instanceof Deno.errors.ConnectionReset;
    throw isNobodys ? new Error(`Cannot drive ${target}: ${errorText(error)}`, { cause: error }) : error;
  }
}
