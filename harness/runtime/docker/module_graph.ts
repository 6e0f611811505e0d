/** Which files of the repository programs are made of: their modules, and the data files that those name. */
import { errorText } from "../../model/error_text.ts";

/** `new URL("../proto", import.meta.url)`, as the modules name what they read. */
const DATA = /new URL\(\s*"(\.[^"]*)",\s*import\.meta\.url,?\s*\)/g;

/**
 * Follows all imports, types and late ones among them.
 *
 * @param root The repository, with a slash at its end.
 * @param sources Programs, from the root.
 * @returns Files and folders from the root, sorted. Packages are not among them: deno.lock stands for those.
 * @throws {Error} When a module is missing or cannot be read.
 */
export async function moduleGraph(root: URL, sources: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const module of await modulesOf(root, sources)) {
    found.add(decodeURIComponent(module.slice(root.href.length)));
    const text = await Deno.readTextFile(new URL(module));
    for (const [, target = ""] of text.matchAll(DATA)) {
      const url = new URL(target, module);
      // Modules are named so that another Deno starts them; what is not there may stand in a comment.
      if (!url.href.startsWith(root.href) || /\.[cm]?[jt]s$/.test(url.pathname)) continue;
      if (url.href !== root.href && await exists(url)) {
        found.add(decodeURIComponent(url.href.slice(root.href.length)));
      }
    }
  }
  return [...found].sort();
}

async function exists(url: URL): Promise<boolean> {
  return await Deno.stat(url).then(() => true, () => false);
}

async function modulesOf(root: URL, sources: readonly string[]): Promise<string[]> {
  // One program that imports all of them, without a file that somebody would have to remove.
  const lines = sources.map((source) => `import ${JSON.stringify(new URL(source, root).href)};`);
  const entry = `data:application/typescript,${encodeURIComponent(lines.join("\n"))}`;
  try {
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--quiet", `--config=${decodeURIComponent(root.pathname)}deno.json`, entry],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    const text = new TextDecoder();
    if (!success) throw new Error(text.decode(stderr).trim());
    const { modules } = JSON.parse(text.decode(stdout)) as {
      modules: readonly { specifier: string; error?: string }[];
    };
    const broken = modules.find(({ error }) => error !== undefined);
    if (broken !== undefined) throw new Error(`${broken.specifier}: ${broken.error}`);
    return modules.map(({ specifier }) => specifier).filter((each) => each.startsWith(root.href));
  } catch (error) {
    throw new Error(
      `Cannot find out what ${sources.join(", ")} are made of: expected \`deno info\` to read them, found ${
        errorText(error)
      }`,
    );
  }
}
