import { assertEquals } from "@std/assert";
import { trim } from "./trim.ts";

Deno.test("trim empties caches, manuals and logs, and keeps licences, programs and the folders themselves", async () => {
  const root = await Deno.makeTempDir();
  try {
    const files = [
      ...["etc/dpkg/dpkg.cfg.d/x", "etc/apt/apt.conf.d/x", "usr/sbin/x", "usr/bin/dpkg", "etc/hostname"],
      ...["usr/share/doc/dpkg/copyright", "usr/share/doc/dpkg/changelog.gz", "usr/share/doc/dpkg/more/x"],
      ...[
        "usr/share/man/man1/ls.1",
        "usr/share/locale/de/x",
        "var/lib/apt/lists/x",
        "var/log/apt/x",
        "tmp/x",
      ],
      ...["var/cache/apt/archives/x.deb", "var/lib/dpkg/status"],
    ];
    for (const file of files) {
      await Deno.mkdir(`${root}/${file}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${file}`, "text");
    }
    await trim(root);
    const { stdout } = await new Deno.Command("find", { args: [".", "-type", "f"], cwd: root }).output();
    assertEquals(new TextDecoder().decode(stdout).trim().split("\n").sort(), [
      "./etc/apt/apt.conf.d/slim",
      "./etc/apt/apt.conf.d/x",
      "./etc/dpkg/dpkg.cfg.d/slim",
      "./etc/dpkg/dpkg.cfg.d/x",
      "./etc/hostname",
      "./etc/machine-id",
      "./etc/resolv.conf",
      "./usr/bin/dpkg",
      "./usr/sbin/policy-rc.d",
      "./usr/sbin/x",
      "./usr/share/doc/dpkg/copyright",
      "./var/lib/dpkg/status",
    ]);
    assertEquals(await Deno.readTextFile(`${root}/etc/hostname`), "");
    for (const folder of ["usr/share/man", "var/lib/apt/lists", "tmp"]) {
      assertEquals(await Array.fromAsync(Deno.readDir(`${root}/${folder}`)), [], folder);
    }
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
