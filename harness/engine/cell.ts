import { errorText } from "../model/error_text.ts";
import type { HistoryEvent } from "../model/event.ts";
import type { MeshAdapter, MeshService } from "../model/mesh.ts";
import type { CellRuntime } from "../model/runtime.ts";
import type { Policy } from "../model/policy.ts";
import type { Labels } from "../model/scenario.ts";
import type { ClauseVerdict } from "../model/verdict.ts";
import { createAuthority } from "../control/authority.ts";
import { History } from "../judge/history.ts";
import { errorVerdicts, judgeCell, unsupportedVerdicts } from "../judge/judge_cell.ts";
import { sampleLag } from "../load/lag.ts";
import { journeyOf } from "../observe/profiles/journey.ts";
import type { StackSample } from "../observe/profiles/stack_profile.ts";
import { UnsupportedFaultError } from "../faults/kernel/mod.ts";
import { openLinkHost } from "../faults/link/host.ts";
import { etcdGateway } from "../runtime/etcd_gateway.ts";
import { MUTANTS } from "../../fixtures/mutants/mod.ts";
import { CellDrive } from "./cell_drive.ts";
import { CellFaults } from "./cell_faults.ts";
import { CellInstance, type Registration } from "./cell_instance.ts";
import { handleOf } from "./cell_instances.ts";
import { CellInterception } from "./cell_interception.ts";
import { CellLoad } from "./cell_load.ts";
import { cannotWrite, HistoryFile } from "./history_file.ts";
import { Hops } from "./hops.ts";
import { kernelHandle } from "./kernel_handle.ts";
import type { LoadedScenario } from "./load_scenarios.ts";
import { policyOf } from "./policy_of.ts";
import { admitRegistry, registryHandle, startRegistry } from "./registry.ts";
import { RegistryObserver } from "./registry_observer.ts";
import { requestTable } from "./request_table.ts";
import { needsKernel } from "./needs.ts";
import { type PooledService, startService } from "./service_pool.ts";
import type { Site } from "./site.ts";

/** One scenario on one mesh. */
export interface CellPlan {
  readonly mesh: MeshAdapter;
  readonly loaded: LoadedScenario;
  readonly mutant?: string;
}

/** What a cell left. */
export interface CellOutcome {
  readonly plan: CellPlan;
  readonly verdicts: readonly ClauseVerdict[];
  /** Path of the history. */
  readonly history: string;
  /** The events that the verdicts name. All the others are on disk alone: a run has too many to keep. */
  readonly evidence: readonly HistoryEvent[];
  /** The way of every request, added up. */
  readonly journey: readonly StackSample[];
  readonly seconds: number;
  readonly parts: Record<string, number>;
}

const DEFAULT_LEASE_SECONDS = 5;
/** No scenario drives for longer; one that does hangs. */
const DRIVE_LIMIT_MS = 120_000;

/** Name of a cell: unique in a run, safe in file names, headers and URLs. */
export function cellName(plan: CellPlan, attempt = 1): string {
  const parts = [
    plan.mesh.name,
    plan.loaded.scenario.id.replaceAll("/", "."),
    plan.mutant,
    attempt > 1 ? `run-${attempt}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(".");
}

/**
 * Runs one cell: sets its environment up, drives the scenario, tears down, judges what was recorded. Whatever breaks
 * on the way is the harness's: verdict `error` for each clause, with the reason; nothing stays behind.
 */
export async function runCell(site: Site, plan: CellPlan, attempt = 1): Promise<CellOutcome> {
  const name = cellName(plan, attempt);
  const { scenario } = plan.loaded;
  const history = new HistoryFile(`${site.out}/history/${name}.ndjson`, site.clock);
  const parts: Record<string, number> = {};
  const begin = performance.now();
  let failure: string | undefined;
  let unsupported: string | undefined;
  let policy: Policy | undefined;
  try {
    policy = await policyOf(plan.loaded);
    await liveThrough(site, plan, name, policy, history, parts);
  } catch (error) {
    if (error instanceof UnsupportedFaultError) unsupported = error.message;
    else failure = errorText(error);
    history.record("engine", { kind: "note", text: `the cell broke: ${errorText(error)}` });
  }
  try {
    history.close();
    const table = history.path.replace(/\.ndjson$/, ".arrow");
    await Deno.writeFile(table, requestTable(history.events)).catch((error) => {
      throw cannotWrite(table, error);
    });
  } catch (error) {
    failure ??= errorText(error);
  }
  const judged = performance.now();
  const verdicts = failure !== undefined || policy === undefined
    ? errorVerdicts(scenario, failure ?? "no policy")
    : unsupported !== undefined
    ? unsupportedVerdicts(scenario, unsupported)
    : judgeCell(scenario, history.events, policy);
  parts["judge"] = (performance.now() - judged) / 1000;
  const named = new Set(verdicts.flatMap((verdict) => verdict.evidence));
  const evidence = history.events.filter((event) => named.has(event.seq));
  // Judging has held the event loop; the other cells' calls come first now.
  await new Promise((resolve) => setTimeout(resolve));
  const journey = journeyOf(new History(history.events), {
    mesh: plan.mesh.name,
    cell: name,
    scenario: scenario.id,
    ...(policy === undefined ? {} : { policy }),
  });
  return {
    plan,
    verdicts,
    history: history.path,
    evidence,
    journey,
    parts,
    seconds: (performance.now() - begin) / 1000,
  };
}

async function liveThrough(
  site: Site,
  plan: CellPlan,
  name: string,
  policy: Policy,
  history: HistoryFile,
  parts: Record<string, number>,
): Promise<void> {
  const { scenario } = plan.loaded;
  const needs = scenario.environment ?? {};
  const mutant = MUTANTS.find((each) => each.id === plan.mutant);
  const end = new AbortController();
  const signal = AbortSignal.any([end.signal, site.signal]);
  signal.throwIfAborted();
  let mark = performance.now();
  const measured = (part: string) => {
    parts[part] = (performance.now() - mark) / 1000;
    mark = performance.now();
  };

  // Disposed of in reverse: first the drive's own things, last what everything else stands on.
  const stack = new AsyncDisposableStack();
  const folder = `${site.out}/logs/${name}`;
  await Deno.mkdir(folder, { recursive: true });
  try {
    const runtime = stack.use(await site.runtime.cell({ name, logFolder: folder, recorder: history }));
    const lag = stack.use(sampleLag(history));
    stack.use(site.watchWaits(history));
    const cluster = needs.registry === "own"
      ? stack.use(await startRegistry(runtime, "registry", "quick"))
      : await site.registry();
    const prefix = `/meshproof/${site.runId}/${name}`;
    const endpoints = needs.registry === "own" ? cluster.endpoints : await admitRegistry(cluster, runtime);
    const { harnessEndpoints } = cluster;
    if (needs.registry !== "own") {
      stack.defer(async () =>
        void await etcdGateway(harnessEndpoints[0] as string).deletePrefix(`${prefix}/`)
      );
    }
    const faults = new CellFaults(history);
    const hops = stack.use(
      new Hops(needs.links ?? [], history, faults, site.seed, (hop) => openLinkHost(runtime, hop)),
    );
    const spans = site.receiveSpans(name, history);
    stack.defer(() => spans.close());
    if (scenario.needs.includes("discovery")) {
      const observer = new RegistryObserver(harnessEndpoints, prefix, history);
      stack.defer(() => observer.close());
    }

    const { registered, spares } = await cast(site, plan, runtime, hops, stack);
    const everyone = [...registered, ...spares];
    const otlpUrl = needs.traces ? await exposeUrl(runtime, spans.url) : undefined;
    await Promise.all(everyone.map((instance) => instance.assume(history, site.seed, otlpUrl)));
    for (const instance of everyone) history.record("engine", instance.rosterEvent());
    const registration = async (instance: CellInstance): Promise<Registration> => ({
      prefix,
      endpoints: await Promise.all(
        endpoints.map((endpoint) => hops.through(`registry:${instance.id}`, endpoint)),
      ),
      leaseSeconds: needs.leaseSeconds ?? DEFAULT_LEASE_SECONDS,
      ...(mutant?.kind === "registrar" ? { mutant: mutant.id } : {}),
    });
    const interception = needs.interception === undefined
      ? undefined
      : await CellInterception.open(needs.interception, registered, { runtime, recorder: history, faults });
    // Callers that dial the instances themselves ask no registry.
    if (interception === undefined) {
      await Promise.all(
        registered.map(async (instance) => await instance.register(await registration(instance))),
      );
    }

    const authority = await createAuthority({ trustDomain: "cluster.local" });
    const services = servicesOf(plan, registered);
    const defaultService = services[0]?.name ?? "";
    const mesh = stack.use(
      await plan.mesh.start({
        cell: name,
        seed: site.seed,
        services,
        policy,
        registry: { endpoints, harnessEndpoints, prefix },
        recorder: history,
        runtime,
        otlpUrl: otlpUrl ?? "",
        authority,
        hop: (hop, address) => hops.through(hop, address),
        folder,
        signal,
        ...(needs.mutualTls ? { identity: await authority.issue(defaultService) } : {}),
        ...(mutant?.kind === "mesh" ? { mutant: mutant.id } : {}),
        ...(site.profiles === undefined ? {} : { profiles: site.profiles }),
        ...(interception === undefined ? {} : { interception: interception.asked }),
      }),
    );
    stack.use(faults);
    const load = stack.use(
      new CellLoad(
        name,
        history,
        defaultService,
        (service, instance) => instance === undefined ? mesh.entry(service) : addressOf(registered, instance),
        (address) => runtime.reach(address),
        signal,
      ),
    );
    const context = { recorder: history, runtime, faults, registration, disposables: stack };
    const drive = new CellDrive({
      policy,
      history,
      signal,
      mesh,
      load,
      hops,
      faults,
      defaultService,
      authority,
      registry: registryHandle(cluster, prefix, needs.registry === "own", faults),
      kernel: kernelHandle({
        kernel: needs.kernel ? runtime.kernel : undefined,
        instances: everyone.map(({ id, worker }) => ({ name: id, process: worker.process })),
        registry: needs.registry === "own" ? cluster.members : [],
        faults,
      }),
      interception,
      instances: registered.map((instance) => handleOf(instance, context)),
      spares: spares.map((instance) => handleOf(instance, context)),
      workers: everyone,
      readPolicy: (file) => policyOf(plan.loaded, file),
      reach: (address) => runtime.reach(address),
    });
    measured("setUp");

    const limit = setTimeout(
      () => end.abort(new Error(`the drive of ${scenario.id} did not end within ${DRIVE_LIMIT_MS} ms`)),
      DRIVE_LIMIT_MS,
    );
    try {
      await drive.run(scenario);
    } finally {
      clearTimeout(limit);
    }
    await drive.flush();
    measured("drive");
    lag.stop();
  } finally {
    end.abort(new Error("the cell has ended"));
    await stack.disposeAsync();
    measured("tearDown");
  }
}

/** Takes processes from the pool for every instance of the topology, and gives them back when the cell ends. */
async function cast(
  site: Site,
  plan: CellPlan,
  runtime: CellRuntime,
  hops: Hops,
  stack: AsyncDisposableStack,
): Promise<{ registered: CellInstance[]; spares: CellInstance[] }> {
  const roles = Object.entries(plan.loaded.scenario.topology).flatMap(([service, topology]) => {
    const labels: readonly Labels[] = typeof topology.instances === "number"
      ? Array.from({ length: topology.instances }, () => ({}))
      : topology.instances;
    const spare = Array.from({ length: topology.spare ?? 0 }, () => ({}));
    return [...labels, ...spare].map((own, index) => ({
      id: `${service}-${index + 1}`,
      service,
      labels: own,
      isSpare: index >= labels.length,
    }));
  });
  const services = Object.keys(plan.loaded.scenario.topology);
  const instances = await Promise.all(roles.map(async ({ id, service, labels }) => {
    const worker = await workerFor(id, services.indexOf(service), site, plan, runtime, stack);
    const ownAddress = `${await runtime.admit(worker.process)}:${worker.port}`;
    const address = await hops.through(`upstream:${id}`, ownAddress);
    return new CellInstance(id, service, labels, worker, ownAddress, address);
  }));
  return {
    registered: instances.filter((_, index) => roles[index]?.isSpare === false),
    spares: instances.filter((_, index) => roles[index]?.isSpare === true),
  };
}

/** A service process for one instance: from the pool, or, where its kernel's side is to be touched, one of the cell's own. */
async function workerFor(
  id: string,
  portOrdinal: number,
  site: Site,
  plan: CellPlan,
  runtime: CellRuntime,
  stack: AsyncDisposableStack,
): Promise<PooledService> {
  if (needsKernel(plan.loaded.scenario)) {
    return await startService(runtime, id, site.seed, portOrdinal);
  }
  const worker = await site.services.acquire();
  stack.defer(async () => {
    // While its registry still stands, or it would go on renewing its lease in the pool.
    if (!worker.broken) await worker.command({ command: "deregister" }).catch(() => worker.broken = true);
    await site.services.release(worker);
  });
  return worker;
}

function addressOf(instances: readonly CellInstance[], id: string): string {
  const found = instances.find((instance) => instance.id === id);
  if (found !== undefined) return found.address;
  const known = instances.map((instance) => instance.id).join(", ");
  throw new TypeError(`Cannot call instance "${id}": expected one of ${known}`);
}

/** The same URL as whoever lives in the cell dials it. */
async function exposeUrl(runtime: CellRuntime, text: string): Promise<string> {
  const url = new URL(text);
  url.host = await runtime.expose(url.host);
  return url.href;
}

function servicesOf(plan: CellPlan, instances: readonly CellInstance[]): MeshService[] {
  return Object.keys(plan.loaded.scenario.topology).map((name) => ({
    name,
    instances: instances.filter((instance) => instance.service === name)
      .map(({ id, address, labels }) => ({ id, address, labels })),
  }));
}
