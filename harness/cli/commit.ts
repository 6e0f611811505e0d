/** The commit that runs, with `+changes` when the tree differs from it; `unknown` outside a checkout. */
export async function commit(): Promise<string> {
  const folder = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  };
  try {
    const head = await git("rev-parse", "HEAD");
    if (head === undefined) return "unknown";
    return await git("status", "--porcelain", "--untracked-files=no") === "" ? head : `${head}+changes`;
  } catch {
    return "unknown"; // no git on this machine
  }
}
