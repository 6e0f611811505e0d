import { assertEquals } from "@std/assert";
import { filesBelow } from "./files_below.ts";

Deno.test("filesBelow tells files of all depths, and neither links nor what is not there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-test-" });
  try {
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    for (const name of ["z", "b/a", "b/c/d"]) await Deno.writeTextFile(`${folder}/${name}`, "");
    await Deno.symlink("/etc", `${folder}/link`);
    assertEquals(await filesBelow(folder), ["b/a", "b/c/d", "z"]);
    assertEquals(await filesBelow(`${folder}/nowhere`), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
