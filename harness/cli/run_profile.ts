import type { ProfileSink } from "../model/profile_sink.ts";
import type { V8Recording } from "../model/v8_recording.ts";
import { flameSvg } from "../observe/profiles/flame_svg.ts";
import { encodePprof } from "../observe/profiles/pprof.ts";
import { SourceLines } from "../observe/profiles/source_lines.ts";
import type { StackProfile } from "../observe/profiles/stack_profile.ts";
import { cpuProfile, heapProfile, type V8Subject } from "../observe/profiles/v8_profiles.ts";
import { V8Recorder } from "../observe/profiles/v8_recorder.ts";
import { writeOut } from "./folders.ts";
import { PROFILES } from "./journeys.ts";

/** Cells are judged while others are driven: what stands beneath the judge is of its phase. */
const PHASE_BENEATH: ReadonlyMap<string, string> = new Map([["judgeCell", "judge"]]);

interface Recorded {
  readonly process: string;
  readonly cell: string;
  readonly recording: V8Recording;
}

/**
 * Where the time and the memory of a run go: of the harness itself, of the services, of the reference mesh. Phases are
 * those of the harness (`set-up`, `drive`, `report`; `judge` is told by the stack), since all clocks are one.
 */
export class RunProfile implements Disposable, ProfileSink {
  readonly #recorder: V8Recorder;
  readonly #phases: { readonly phase: string; readonly fromEpochMs: number }[] = [];
  readonly #others: Recorded[] = [];
  readonly #files = new Map<string, Uint8Array<ArrayBuffer>>();
  #isOver = false;

  private constructor() {
    this.#recorder = V8Recorder.start("set-up");
    this.#mark("set-up");
  }

  static start(): RunProfile {
    return new RunProfile();
  }

  /** The harness begins with something else. */
  async enter(phase: string): Promise<void> {
    this.#mark(phase);
    await this.#recorder.enter(phase);
  }

  takeRecording(process: string, cell: string, recording: V8Recording): void {
    this.#others.push({ process, cell, recording });
  }

  takePprof(process: string, cell: string, kind: string, file: Uint8Array<ArrayBuffer>): void {
    this.#files.set(`${process}/${cell}.${kind}.pb.gz`, file);
  }

  /**
   * Ends the recording and writes `<group>.cpu.pb.gz`, `.cpu.svg` and `.heap.pb.gz` for each group of processes, and
   * what programs said of themselves as `<process>/<cell>.<kind>.pb.gz`, which pprof adds up when it is given several.
   */
  async write(out: string): Promise<void> {
    this.#isOver = true;
    const harness = { process: "harness", cell: "", recording: await this.#recorder.stop() };
    const lines = await SourceLines.open();
    await Deno.mkdir(`${out}/${PROFILES}`, { recursive: true });
    for (const [name, file] of this.#files) {
      await Deno.mkdir(`${out}/${PROFILES}/${name.slice(0, name.indexOf("/"))}`, { recursive: true });
      await writeOut(`${out}/${PROFILES}/${name}`, file);
    }
    for (const [group, recorded] of Map.groupBy([harness, ...this.#others], groupOf)) {
      const subjects = recorded.map((each) => this.#subjectOf(each));
      const path = `${out}/${PROFILES}/${group}`;
      const cpu = cpuProfile(subjects, lines);
      await writeOut(`${path}.cpu.pb.gz`, encodePprof(cpu));
      await writeOut(`${path}.cpu.svg`, flameSvg(byPhase(cpu), { title: `CPU of ${group}`, kind: "cpu" }));
      await writeOut(`${path}.heap.pb.gz`, encodePprof(heapProfile(subjects, lines)));
    }
  }

  /** A run that broke is not written, and nothing is left sampling. */
  [Symbol.dispose](): void {
    if (!this.#isOver) this.#recorder[Symbol.dispose]();
  }

  #mark(phase: string): void {
    this.#phases.push({ phase, fromEpochMs: performance.timeOrigin + performance.now() });
  }

  #subjectOf({ process, cell, recording }: Recorded): V8Subject {
    return {
      recording,
      labels: { process, cell },
      phaseAt: (epochMs) =>
        this.#phases.findLast(({ fromEpochMs }) => fromEpochMs <= epochMs)?.phase ?? "set-up",
      phaseBeneath: PHASE_BENEATH,
    };
  }
}

/** A drawing has no labels: the phase becomes the outermost frame. */
function byPhase(profile: StackProfile): StackProfile {
  const samples = profile.samples.map((sample) => ({
    ...sample,
    stack: [{ name: sample.labels["phase"] ?? "" }, ...sample.stack],
  }));
  return { ...profile, samples };
}

/** Processes that do the same are one profile, told apart by their labels. */
function groupOf({ process }: Recorded): string {
  return process.startsWith("service-") ? "services" : process;
}
