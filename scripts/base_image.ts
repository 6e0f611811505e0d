// deno-lint-ignore-file no-console -- a program that prints
/**
 * Makes sure that `debian:bookworm-slim`, which all our images are built on, is there: `deno task base-image
 * [--force] [--tag <name:tag>]`. It is pulled; where that cannot be done it is made by debootstrap, which needs root.
 * `--force` makes it anew by debootstrap, whatever is there. `--tag` gives it another name.
 */
import { errorText } from "../harness/model/error_text.ts";
import { BASE_IMAGE, pullImage } from "../harness/runtime/docker/base_image.ts";
import { docker } from "../harness/runtime/docker/client.ts";
import { makeBaseImage } from "./base_image/make.ts";

async function main(tag: string, isForced: boolean): Promise<void> {
  const { dockerode } = await docker();
  const say = (line: string) => console.error(`base image: ${line}`);
  const former = await dockerode.getImage(tag).inspect().catch(() => undefined);
  const wasThere = former !== undefined;
  if (!wasThere && !isForced) {
    say(`pulling ${tag}`);
    try {
      await pullImage(dockerode, tag);
    } catch (error) {
      say(errorText(error));
      await makeBaseImage(dockerode, tag, say);
    }
  } else if (isForced) await makeBaseImage(dockerode, tag, say);
  const { Id, Size } = await dockerode.getImage(tag).inspect();
  if (former !== undefined && former.Id !== Id) {
    // Refused while one of our images stands on it.
    await dockerode.getImage(former.Id).remove().catch(() => undefined);
  }
  const how = wasThere && !isForced ? "was there" : "is there now";
  console.log(`${tag} ${how}: ${Id.slice(0, 19)}, ${(Size / 1e6).toFixed(1)} MB`);
}

if (import.meta.main) {
  const args = [...Deno.args];
  let tag = BASE_IMAGE;
  let isForced = false;
  for (let each = args.shift(); each !== undefined; each = args.shift()) {
    if (each === "--force") isForced = true;
    else if (each === "--tag" && args[0]?.includes(":")) tag = args.shift() as string;
    else {
      console.error(`base_image: expected --force or --tag <name:tag>, found "${each}"`);
      Deno.exit(64);
    }
  }
  try {
    await main(tag, isForced);
  } catch (error) {
    console.error(`base_image: ${errorText(error)}`);
    Deno.exit(70);
  }
}
