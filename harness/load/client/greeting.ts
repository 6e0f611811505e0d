import {
  CLIENT_PREFACE,
  DEFAULT_WINDOW_BYTES,
  SETTING,
  settingsFrame,
  windowUpdateFrame,
} from "../../wire/frame.ts";
import type { ReceiveWindows } from "./http2_receiver.ts";

/** As much as the HPACK decoder takes. */
const MAX_HEADER_LIST_BYTES = 256 * 1024;

/** What a client says first: preface, SETTINGS, and a window for the connection beyond the initial one. */
export function greeting(windows: ReceiveWindows, maxFrameBytes: number): Uint8Array {
  const settings = settingsFrame([
    [SETTING.enablePush, 0],
    [SETTING.initialWindowSize, windows.streamBytes],
    [SETTING.maxFrameSize, maxFrameBytes],
    [SETTING.maxHeaderListSize, MAX_HEADER_LIST_BYTES],
  ]);
  const growthBytes = windows.connectionBytes - DEFAULT_WINDOW_BYTES;
  const update = growthBytes > 0 ? windowUpdateFrame(0, growthBytes) : new Uint8Array(0);
  const bytes = new Uint8Array(CLIENT_PREFACE.length + settings.length + update.length);
  bytes.set(CLIENT_PREFACE);
  bytes.set(settings, CLIENT_PREFACE.length);
  bytes.set(update, CLIENT_PREFACE.length + settings.length);
  return bytes;
}
