/**
 * The arguments of `deno` in the task `test`, so that what is measured is what users run.
 *
 * @param config Text of deno.json.
 * @throws {Error} When the task is not a plain `deno test` command.
 */
export function testArguments(config: string): string[] {
  const { tasks } = JSON.parse(config) as { tasks?: Record<string, string | { command?: string }> };
  const task = tasks?.["test"];
  const command = typeof task === "string" ? task : task?.command;
  const [program, verb, ...rest] = command?.split(/\s+/) ?? [];
  if (program !== "deno" || verb !== "test" || rest.some((word) => /[&|;<>$'"]/.test(word))) {
    throw new Error(
      `Cannot run the task "test" under coverage: expected "deno test ...", found ${command ?? "none"}`,
    );
  }
  return [verb, ...rest];
}
