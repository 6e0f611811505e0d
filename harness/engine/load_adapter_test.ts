import { assertEquals, assertRejects } from "@std/assert";
import { loadAdapter } from "./load_adapter.ts";

const SOUND = `{ name: "mine", features: new Set(["routing"]), tools: [], unsupportedFields: {},
  version: () => Promise.resolve("1"), start: () => Promise.reject(new Error("not now")) }`;

/** Loads an adapter from a file of this text; its name needs escaping in a URL. */
async function load(text: string) {
  const folder = await Deno.makeTempDir({ prefix: "meshproof-adapter-" });
  try {
    await Deno.writeTextFile(`${folder}/my #1 mesh.ts`, text);
    return await loadAdapter(`${folder}/my #1 mesh.ts`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("loadAdapter takes the default export, or the export adapter", async () => {
  assertEquals((await load(`export default ${SOUND};`)).name, "mine");
  assertEquals((await load(`export const adapter = ${SOUND};`)).name, "mine");
});

Deno.test("loadAdapter names the file and everything that is missing", async () => {
  const error = await assertRejects(() => load("export default { name: 5 };"), TypeError, "my #1 mesh.ts: ");
  for (const word of ["name 5", "features", "tools", "unsupportedFields", "version()", "start()"]) {
    assertEquals([word, (error as Error).message.includes(word)], [word, true]);
  }
});

Deno.test("loadAdapter refuses features that there are not, names that no file can have, and other things", async () => {
  const refuses = (text: string, words: string) => assertRejects(() => load(text), TypeError, words);
  await refuses(`export default ${SOUND.replace("routing", "teleport")};`, "features teleport (known: ");
  await refuses(`export default ${SOUND.replace('"mine"', '"a/b"')};`, 'name "a/b"');
  await refuses("export default 5;", "found a number");
  await refuses("export const mesh = 1;", "found neither");
  await refuses("throw new Error('sick');", "found: sick");
});
