import { assert, assertEquals, assertMatch } from "@std/assert";
import { defaultPinFolder, readToolPin } from "../tool_pin.ts";
import { BASE_IMAGE } from "./base_image.ts";
import { IMAGE_NAMES, REPOSITORY } from "./image_context.ts";
import { PROGRAMS_FOLDER } from "./programs.ts";

/** A Dockerfile's instructions, each on one line, without comments. */
async function instructions(name: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(`fixtures/images/${name}/Dockerfile`, REPOSITORY));
  return text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, "").split("\n").filter((line) => line !== "");
}

/** Defaults of `ARG`. */
async function argumentsOf(name: string): Promise<Record<string, string>> {
  const found = (await instructions(name)).map((line) => /^ARG (\w+)=(.*)$/.exec(line));
  return Object.fromEntries(found.flatMap((each) => each === null ? [] : [[each[1] ?? "", each[2] ?? ""]]));
}

Deno.test("there is a Dockerfile for every image and an image for every Dockerfile", async () => {
  const folders = await Array.fromAsync(Deno.readDir(new URL("fixtures/images", REPOSITORY)));
  const names = folders.filter(({ isDirectory, name }) => isDirectory && name !== "certificates");
  assertEquals(names.map(({ name }) => name).sort(), [...IMAGE_NAMES].sort());
});

for (const name of IMAGE_NAMES) {
  Deno.test(`the image ${name} stands on the base or on nothing, runs as a numbered user, and is checked or says why not`, async () => {
    const lines = await instructions(name);
    const stages = lines.filter((line) => line.startsWith("FROM "));
    const named = stages.flatMap((line) => / AS (\w+)$/.exec(line)?.[1] ?? []);
    for (const stage of stages) {
      const from = stage.split(" ")[1] ?? "";
      assert([BASE_IMAGE, "scratch", ...named].includes(from), stage);
    }
    assert(stages.length > 1, "expected several stages");
    const last = lines.slice(lines.lastIndexOf(stages.at(-1) ?? ""));
    const users = last.filter((line) => line.startsWith("USER "));
    assertMatch(users.at(-1) ?? "", /^USER [1-9]\d*:[1-9]\d*$/);
    const checks = last.filter((line) => line.startsWith("HEALTHCHECK "));
    assertEquals(checks.length, 1);
    if (checks[0] !== "HEALTHCHECK NONE") return;
    const text = await Deno.readTextFile(new URL(`fixtures/images/${name}/Dockerfile`, REPOSITORY));
    assertMatch(text, /^# .+\nHEALTHCHECK NONE$/m);
  });

  Deno.test(`the image ${name} pins every package, and asks nothing of BuildKit`, async () => {
    const text = (await instructions(name)).join("\n");
    const packages = [...text.matchAll(/apt-get install -y --no-install-recommends ([^&]*)/g)];
    for (const [, words = ""] of packages) {
      for (const word of words.trim().split(/\s+/)) assertMatch(word, /^"[a-z0-9.+-]+=[^*"]{2,}\*"$/);
    }
    assertEquals((text.match(/apt-get install/g) ?? []).length, packages.length);
    assert(!/latest|RUN --|COPY --(chmod|link)|<<|\bcurl\b|\bwget\b/.test(text), text);
    // A wheel is named with a hash for each platform.
    for (const [line] of text.matchAll(/.*-m pip install.*/g)) {
      assertMatch(line, /--require-hashes/);
      assertMatch(line, /^RUN echo "[a-z-]+==\$\w+_VERSION --hash=sha256:\$\w+ --hash=sha256:\$\w+"/);
    }
  });
}

Deno.test("the image envoy has the version and the wheels of fixtures/tools/envoy.json", async () => {
  const pin = await readToolPin(defaultPinFolder(), "envoy");
  const wheel = pin.sources.find((source) => source.kind === "wheel");
  const found = await argumentsOf("envoy");
  assertEquals(found, {
    ENVOY_VERSION: pin.version,
    ENVOY_SHA256_X86_64: wheel?.sha256["linux-x86_64"] ?? "",
    ENVOY_SHA256_AARCH64: wheel?.sha256["linux-aarch64"] ?? "",
  });
  assertEquals(wheel?.version, found.ENVOY_VERSION);
  assert((await instructions("envoy")).some((line) => line.includes(`/wheels/${wheel?.file} `)));
});

Deno.test("the image etcd has the version of fixtures/tools/etcd.json, and a Go that its go.mod takes", async () => {
  const pin = await readToolPin(defaultPinFolder(), "etcd");
  const { ETCD_VERSION, GO_VERSION = "" } = await argumentsOf("etcd");
  assertEquals(ETCD_VERSION, pin.version);
  const mod = await Deno.readTextFile(new URL("fixtures/tools/etcd/go.mod", REPOSITORY));
  const wanted = /^go (\d+)\.(\d+)\.(\d+)$/m.exec(mod)?.slice(1).map(Number) ?? [];
  const [major, minor, patch] = GO_VERSION.split(".").map(Number);
  assertEquals([major, minor], wanted.slice(0, 2));
  assert((patch ?? -1) >= (wanted[2] ?? 0), `${GO_VERSION} against ${wanted.join(".")}`);
});

Deno.test("the image programs has the Deno of .ci/run, and the programs where programArguments looks for them", async () => {
  const script = await Deno.readTextFile(new URL(".ci/run", REPOSITORY));
  const { DENO_VERSION = "" } = await argumentsOf("programs");
  assertEquals(DENO_VERSION, /^readonly DENO_VERSION=(.*)$/m.exec(script)?.[1]);
  const text = (await instructions("programs")).join("\n");
  assert(text.includes(`COPY --from=builder ${PROGRAMS_FOLDER} ${PROGRAMS_FOLDER}\n`), text);
});
