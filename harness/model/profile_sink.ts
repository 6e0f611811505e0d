import type { V8Recording } from "./v8_recording.ts";

/** Where profiles of processes go while a run is profiled. */
export interface ProfileSink {
  /** What V8 saw of one of our own programs. @param cell Empty for a process that serves many. */
  readonly takeRecording: (process: string, cell: string, recording: V8Recording) => void;
  /** What a program says of itself as a pprof file (gzip), such as Envoy of its `heap`. */
  readonly takePprof: (process: string, cell: string, kind: string, file: Uint8Array<ArrayBuffer>) => void;
}
