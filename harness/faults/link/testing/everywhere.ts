/** Tests of links that hold wherever the links live. Importing this starts a process for the tests of the file. */
import { openTestRuntime, type TestRuntime } from "../../../runtime/testing/test_runtime.ts";
import { HARNESS_LINKS, type LinkHost, openRemoteLinkHost } from "../host.ts";

let runtime: TestRuntime | undefined;
let remote: LinkHost | undefined;
let count = 0;

Deno.test.beforeAll(async () => {
  runtime = await openTestRuntime();
  remote = await openRemoteLinkHost(runtime.runtime, "everywhere");
});

Deno.test.afterAll(async () => {
  await remote?.close();
  await runtime?.[Symbol.asyncDispose]();
});

/** A name that no other link of this file has. */
export function linkName(): string {
  return `link ${++count}`;
}

/** One test for links in the harness, and one for links in a process of their own: they must be alike. */
export function everywhere(name: string, body: (host: LinkHost) => Promise<void>): void {
  Deno.test(`${name} (in the harness)`, () => body(HARNESS_LINKS));
  Deno.test(`${name} (in a process of its own)`, () => {
    if (remote === undefined) throw new Error("expected a process with links, started before all tests");
    return body(remote);
  });
}
