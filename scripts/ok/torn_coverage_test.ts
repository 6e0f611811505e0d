import { assertEquals } from "@std/assert";
import { toFileUrl } from "../checks/testing/to_file_url.ts";
import { removeTornCoverage } from "./torn_coverage.ts";

Deno.test("removeTornCoverage removes empty and cut coverage files, and leaves whole ones and others alone", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = {
      "whole.json": '{"url":"a"}',
      "empty.json": "",
      "cut.json": '{"url":"a"',
      "other.txt": "",
    };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    assertEquals(removeTornCoverage(toFileUrl(folder)), 2);
    const left = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    assertEquals(left.sort(), ["other.txt", "whole.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
