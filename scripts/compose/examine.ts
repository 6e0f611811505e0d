/** Looks at a demo that is up, from outside and by the services' own records. */
import { createGrpcClient } from "../../harness/load/grpc_client.ts";
import type { CallRequest, CallResult } from "../../harness/load/call.ts";
import type { Recorder } from "../../harness/model/event.ts";
import { pause } from "../../harness/model/pause.ts";
import type { DemoProject } from "./demo_project.ts";

const DEADLINE_MS = 5_000;
const LOOK_LIMIT_MS = 15_000;

const recorder: Recorder = {
  record: () => {},
  now: () => performance.now(),
  fromEpoch: (epochMs) => epochMs - performance.timeOrigin,
};

/**
 * Calls `front` through Envoy, which calls `echo` through Envoy.
 *
 * @param address Envoy's published entry of `front`.
 * @throws {Error} When it was not answered, not through Envoy, or an instance's record does not say so.
 */
export async function callsGoThroughEnvoy(address: string, project: DemoProject): Promise<void> {
  const id = `check-${crypto.randomUUID()}`;
  const answer = await callOnce(address, {
    ...{ id, service: "front", next: [{ service: "echo", entry: "envoy:8081" }] },
  });
  expectEqual("status", answer.status, "OK", answer.message);
  expectEqual("the instance that answered", answer.instance, "front-1");
  expectEqual("header server of the answer", answer.headers["server"], "envoy");
  // What the instances saw: Envoy numbers the attempts that it makes.
  for (const [call, services] of [[id, ["front-1"]], [`${id}/1`, ["echo-1", "echo-2", "echo-3"]]] as const) {
    const logs = await Promise.all(services.map((service) => project.logs(service)));
    const attempts = logs.flat().flatMap((line) => receivedOf(line, call));
    if (attempts.length === 0) {
      throw new Error(`expected call ${call} in the log of ${services.join(" or ")}, found none`);
    }
    for (const headers of attempts) {
      if (headers["x-envoy-attempt-count"] === undefined) {
        throw new Error(
          `call ${call} arrived, but not through Envoy: its headers are ${JSON.stringify(headers)}`,
        );
      }
    }
  }
}

/**
 * Changes the weights of the policy, tells the control plane, and waits until all calls go to the canary.
 *
 * @param address Envoy's published entry of `echo`.
 * @param policyFile The one that the control plane's container sees.
 */
export async function followsItsPolicy(
  address: string,
  project: DemoProject,
  policyFile: string,
): Promise<void> {
  const policy = await Deno.readTextFile(policyFile);
  const canary = policy.replace("weight: 90", "weight: 0").replace("weight: 10", "weight: 100");
  if (canary === policy) {
    throw new Error("expected weights 90 and 10 in fixtures/demo/policy.yaml, found others");
  }
  await Deno.writeTextFile(policyFile, canary);
  await project.kill("HUP", "control-plane");
  const deadline = performance.now() + LOOK_LIMIT_MS;
  while (true) {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => callOnce(address, { id: crypto.randomUUID(), service: "echo" })),
    );
    const instances = [...new Set(answers.map(({ instance }) => instance))].sort();
    if (instances.length === 1 && instances[0] === "echo-3") return;
    if (performance.now() > deadline) {
      throw new Error(
        `expected echo-3 alone to answer with weights 0 and 100, found ${instances.join(", ")}`,
      );
    }
    await pause(100);
  }
}

async function callOnce(
  address: string,
  call: Pick<CallRequest, "id" | "service" | "next">,
): Promise<CallResult> {
  using client = createGrpcClient({ address, recorder });
  return await client.call({ ...call, phase: "check", deadlineMs: DEADLINE_MS });
}

/** The headers of an attempt of a call, when a line of a service's log tells of one. */
function receivedOf(line: string, id: string): Record<string, string>[] {
  if (!line.startsWith("{")) return [];
  const event = JSON.parse(line) as { event?: string; id?: string; headers?: Record<string, string> };
  return event.event === "attempt.received" && event.id === id ? [event.headers ?? {}] : [];
}

function expectEqual(what: string, found: string | undefined, wanted: string, detail = ""): void {
  if (found === wanted) return;
  throw new Error(
    `${what}: expected ${wanted}, found ${found ?? "nothing"}${detail === "" ? "" : ` (${detail})`}`,
  );
}
