import { stageCertificates } from "../../harness/runtime/docker/image_context.ts";

/**
 * Copies the repository as a clone would have it (what git knows, and what is new and not ignored) into an empty folder,
 * and with it the certificates that this machine's builder stages need.
 *
 * @returns How many files.
 * @throws {Error} When this is no git repository.
 */
export async function stagePlainClone(root: URL, folder: string): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    cwd: root,
    stdin: "null",
  }).output();
  if (!success) {
    throw new Error(`Cannot tell the files of a clone: git says ${new TextDecoder().decode(stderr).trim()}`);
  }
  const listed = new TextDecoder().decode(stdout).split("\0").filter((path) => path !== "");
  let count = 0;
  for (const path of listed) {
    const from = new URL(path.split("/").map(encodeURIComponent).join("/"), root);
    // Deleted, and git was not told yet; or no file of its own, such as a link or a submodule.
    if (!await Deno.lstat(from).then(({ isFile }) => isFile, () => false)) continue;
    const to = `${folder}/${path}`;
    await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(from, to);
    count++;
  }
  await stageCertificates(folder);
  return count;
}
