import { assert, assertEquals, assertRejects } from "@std/assert";
import { toFileUrl } from "../checks/testing/to_file_url.ts";
import { stagePlainClone } from "./plain_clone.ts";

async function git(folder: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", { args, cwd: folder }).output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("stagePlainClone copies what is tracked or new, as it is now, and neither what is ignored nor what is deleted", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [from, to] = [`${folder}/from`, `${folder}/to`];
    await Deno.mkdir(`${from}/inner folder`, { recursive: true });
    await Deno.mkdir(to);
    const write = (path: string, text: string) => Deno.writeTextFile(`${from}/${path}`, text);
    await write(".gitignore", "*.log\n");
    await write("inner folder/tracked #1.txt", "old");
    await write("deleted.txt", "gone");
    await git(from, "init", "--quiet");
    await git(from, "add", ".");
    await write("inner folder/tracked #1.txt", "changed");
    await write("new.txt", "new");
    await write("run.log", "ignored");
    await Deno.remove(`${from}/deleted.txt`);

    assertEquals(await stagePlainClone(toFileUrl(from), to), 3);
    assertEquals(await Deno.readTextFile(`${to}/inner folder/tracked #1.txt`), "changed");
    const names = (await Array.fromAsync(Deno.readDir(to), ({ name }) => name)).sort();
    assertEquals(names.filter((name) => name !== "fixtures"), [".gitignore", "inner folder", "new.txt"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stagePlainClone says what git says where there is no repository", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await assertRejects(() => stagePlainClone(toFileUrl(folder), folder), Error, "not a git repository");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
