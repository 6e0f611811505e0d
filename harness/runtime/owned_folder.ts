/** Making and removing temporary folders, in memory where the system has a place for that. */

/** Removes a folder that may lie where Deno itself may not write. Missing is fine; a link is removed, not followed. */
export async function removeFolder(path: string): Promise<void> {
  // Deno wants --allow-all for anything below /dev, so the system's own program does it.
  await system("rm", ["-rf", "--", path], `Cannot remove the temporary folder ${path}`);
}

/** Makes a folder that only this user may enter; the parent must exist. */
export async function makeFolder(path: string): Promise<void> {
  await system("mkdir", ["-m", "700", "--", path], `Cannot make the temporary folder ${path}`);
}

/**
 * A folder that lies in memory, if the system has one with room.
 *
 * @param roomBytes Room that is needed. Containers often come with 64 MB only.
 */
export async function memoryFolder(roomBytes: number): Promise<string | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const script = 'test -d "$1" && test -w "$1" && df -Pk "$1" | tail -n 1';
  const { success, stdout } = await new Deno.Command("sh", {
    args: ["-c", script, "sh", "/dev/shm"],
    stdin: "null",
    stderr: "null",
  }).output();
  // Columns of `df -P`: file system, blocks, used, available, capacity, mount point.
  const availableKilobytes = Number(new TextDecoder().decode(stdout).trim().split(/\s+/)[3] ?? 0);
  return success && availableKilobytes * 1024 >= roomBytes ? "/dev/shm" : undefined;
}

/** The system's folder for temporary files. */
export function temporaryRoot(): string {
  return (Deno.env.get("TMPDIR") ?? "/tmp").replace(/\/+$/, "") || "/";
}

async function system(command: string, args: readonly string[], what: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(`${what}: ${new TextDecoder().decode(stderr).trim()}`);
}
