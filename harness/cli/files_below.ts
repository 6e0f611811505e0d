/**
 * Paths of the files in a folder and below it, relative to it and sorted; none where there is no such folder. What a
 * link points at is not the folder's own, and is left out.
 */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  const visit = async (below: string) => {
    for await (const { name, isDirectory, isFile } of Deno.readDir(`${folder}/${below}`)) {
      if (isDirectory) await visit(`${below}${name}/`);
      else if (isFile) files.push(`${below}${name}`);
    }
  };
  try {
    await visit("");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
