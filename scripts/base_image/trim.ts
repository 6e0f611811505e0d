/** Makes a debootstrapped system slim, by the rules of Debian's own slim image: licences stay, manuals go. */

/** Emptied; the folders themselves stay, since packages expect them. */
const EMPTIED = [
  "usr/share/groff",
  "usr/share/info",
  "usr/share/linda",
  "usr/share/lintian",
  "usr/share/locale",
  "usr/share/man",
  "var/cache/apt",
  "var/cache/ldconfig",
  "var/lib/apt/lists",
  "var/log",
  "var/tmp",
  "tmp",
];

/** What keeps it slim when packages are added. */
const SETTINGS: Readonly<Record<string, string>> = {
  "etc/dpkg/dpkg.cfg.d/slim": [
    ...["doc", "groff", "info", "linda", "lintian", "locale", "man"].map((each) =>
      `path-exclude /usr/share/${each}/*`
    ),
    "path-include /usr/share/doc/*/copyright",
    "",
  ].join("\n"),
  "etc/apt/apt.conf.d/slim": [
    'Acquire::Languages "none";',
    'Apt::AutoRemove::SuggestsImportant "false";',
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; };',
    "",
  ].join("\n"),
  // As Docker's own builds of images do: a package must not start services while it is installed.
  "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
};

/** @param root Folder of the system. */
export async function trim(root: string): Promise<void> {
  for (const folder of EMPTIED) await empty(`${root}/${folder}`);
  await keepLicences(`${root}/usr/share/doc`);
  // Of the machine that made it.
  for (const file of ["etc/hostname", "etc/resolv.conf", "etc/machine-id"]) {
    await Deno.writeTextFile(`${root}/${file}`, "");
  }
  for (const [file, text] of Object.entries(SETTINGS)) {
    await Deno.writeTextFile(`${root}/${file}`, text, { mode: file.startsWith("usr/sbin") ? 0o755 : 0o644 });
  }
}

async function empty(folder: string): Promise<void> {
  for (const { name } of await entries(folder)) await Deno.remove(`${folder}/${name}`, { recursive: true });
}

async function keepLicences(folder: string): Promise<void> {
  for (const { name, isDirectory } of await entries(folder)) {
    if (!isDirectory) continue;
    for (const each of await entries(`${folder}/${name}`)) {
      if (each.name !== "copyright") await Deno.remove(`${folder}/${name}/${each.name}`, { recursive: true });
    }
  }
}

async function entries(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
