/** What an image is built from: the files of its build context, and the digest that becomes its tag. */
import { createHash } from "node:crypto";
import { SCRIPTS } from "../scripts.ts";
import { moduleGraph } from "./module_graph.ts";

/** Program that the builder stage of `programs` runs. */
const BUNDLER = "scripts/bundle_programs.ts";
const HEALTHY = "fixtures/images/healthy.sh";

/** Files and folders that each image's Dockerfile copies, from the repository's root. */
const SOURCES = {
  programs: async (root: URL) => [
    ...["deno.json", "deno.lock", HEALTHY],
    ...await moduleGraph(root, [BUNDLER, ...Object.values(SCRIPTS).map(({ source }) => source)]),
  ],
  etcd: () => Promise.resolve([HEALTHY, "fixtures/tools/etcd"]),
  envoy: () => Promise.resolve([HEALTHY]),
  sandbox: () => Promise.resolve([]),
} as const satisfies Readonly<Record<string, (root: URL) => Promise<readonly string[]>>>;

export type ImageName = keyof typeof SOURCES;

/** Every image of ours. */
export const IMAGE_NAMES = Object.keys(SOURCES) as readonly ImageName[];

/** What a build is given. */
export interface ImageContext {
  /** Of the Dockerfile, from the root. */
  readonly dockerfile: string;
  /** From the root, sorted; the Dockerfile among them. */
  readonly files: readonly string[];
  /** 16 hex digits over names, modes and contents of all files. */
  readonly digest: string;
}

/** The repository. */
export const REPOSITORY: URL = new URL("../../../", import.meta.url);

/**
 * Lists and digests an image's build context.
 *
 * @throws {Error} When a file is missing.
 */
export async function imageContext(name: ImageName, root: URL = REPOSITORY): Promise<ImageContext> {
  const folder = `fixtures/images/${name}`;
  const files: string[] = [];
  for (const source of [folder, ...await SOURCES[name](root)]) await list(root, source, files);
  const sorted = [...new Set(files)].sort();
  return { dockerfile: `${folder}/Dockerfile`, files: sorted, digest: await digestOf(root, sorted) };
}

async function digestOf(root: URL, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    const url = fileUrl(root, file);
    const content = createHash("sha256").update(await Deno.readFile(url)).digest("hex");
    const isExecutable = (((await Deno.stat(url)).mode ?? 0) & 0o100) !== 0;
    hash.update(`${file}\0${isExecutable ? "x" : "-"}\0${content}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * Copies a context into an empty folder, and with it the certificates that this machine trusts beside the public ones:
 * builder stages have to pass the same proxies.
 *
 * @throws {Error} When a file is no longer what was digested: what was built of it would have the wrong tag.
 */
export async function stageContext(
  context: ImageContext,
  folder: string,
  root: URL = REPOSITORY,
): Promise<void> {
  const made = new Set<string>();
  for (const file of context.files) {
    const target = `${folder}/${file}`;
    const parent = target.slice(0, target.lastIndexOf("/"));
    if (!made.has(parent)) await Deno.mkdir(parent, { recursive: true });
    made.add(parent);
    await Deno.copyFile(fileUrl(root, file), target);
  }
  if (await digestOf(new URL(`file://${encodeURI(folder)}/`), context.files) !== context.digest) {
    throw new Error(
      `Cannot build from ${context.dockerfile}: its sources changed while they were read; try again`,
    );
  }
  await stageCertificates(folder);
}

/** Copies the certificates that this machine trusts beside the public ones into a context. */
export async function stageCertificates(folder: string): Promise<void> {
  const certificates = `${folder}/fixtures/images/certificates`;
  await Deno.mkdir(certificates, { recursive: true });
  for (const [index, path] of (await localCertificates()).entries()) {
    await Deno.copyFile(path, `${certificates}/${index}.crt`);
  }
}

/** Where Debian's and Red Hat's families keep the certificates that an administrator added. */
const CERTIFICATE_FOLDERS = ["/usr/local/share/ca-certificates", "/etc/pki/ca-trust/source/anchors"];

async function localCertificates(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of CERTIFICATE_FOLDERS) {
    try {
      for await (const { name, isDirectory } of Deno.readDir(folder)) {
        if (!isDirectory && /\.(crt|pem)$/.test(name)) found.push(`${folder}/${name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}

async function list(root: URL, source: string, found: string[]): Promise<void> {
  const url = fileUrl(root, source);
  const { isFile } = await Deno.stat(url).catch((error) => {
    throw new Error(`Cannot build from ${source}: expected a file or folder there, found ${error.message}`);
  });
  if (isFile) {
    found.push(source);
    return;
  }
  for await (const { name } of Deno.readDir(url)) {
    if (!name.endsWith("_test.ts")) await list(root, `${source}/${name}`, found);
  }
}

function fileUrl(root: URL, path: string): URL {
  return new URL(path.split("/").map(encodeURIComponent).join("/"), root);
}
