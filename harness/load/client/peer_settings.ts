import {
  DEFAULT_MAX_FRAME_BYTES,
  DEFAULT_WINDOW_BYTES,
  ERROR,
  MAX_WINDOW_BYTES,
  SETTING,
} from "../../wire/frame.ts";
import { Http2Error } from "../../wire/http2_error.ts";

const SETTING_BYTES = 6;
const LARGEST_FRAME_BYTES = 0xffffff;

/** What the peer allows us; RFC 9113's initial values until it says otherwise (section 6.5.2). */
export interface PeerSettings {
  readonly headerTableBytes: number;
  readonly maxConcurrentStreams: number;
  readonly initialWindowBytes: number;
  readonly maxFrameBytes: number;
  /** Advice only: what is longer is sent all the same. */
  readonly maxHeaderListBytes: number;
}

/** Before the peer's SETTINGS. */
export const INITIAL_PEER_SETTINGS: PeerSettings = {
  headerTableBytes: 4096,
  maxConcurrentStreams: Infinity,
  initialWindowBytes: DEFAULT_WINDOW_BYTES,
  maxFrameBytes: DEFAULT_MAX_FRAME_BYTES,
  maxHeaderListBytes: Infinity,
};

/**
 * The settings after a server's SETTINGS; unknown ones are ignored.
 *
 * @throws {Http2Error} When the payload is no list of settings, or a value is not allowed for a server.
 */
export function appliedSettings(
  before: PeerSettings,
  bytes: Uint8Array,
  start: number,
  end: number,
): PeerSettings {
  if ((end - start) % SETTING_BYTES !== 0) {
    throw new Http2Error(
      ERROR.frameSizeError,
      `SETTINGS has ${end - start} bytes, expected a multiple of ${SETTING_BYTES}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const settings = { ...before };
  for (let at = start; at < end; at += SETTING_BYTES) {
    const value = view.getUint32(at + 2);
    switch (view.getUint16(at)) {
      case SETTING.headerTableSize:
        settings.headerTableBytes = value;
        break;
      case SETTING.enablePush:
        demand(value === 0, ERROR.protocolError, "ENABLE_PUSH", value, "0 from a server");
        break;
      case SETTING.maxConcurrentStreams:
        settings.maxConcurrentStreams = value;
        break;
      case SETTING.initialWindowSize:
        demand(
          value <= MAX_WINDOW_BYTES,
          ERROR.flowControlError,
          "INITIAL_WINDOW_SIZE",
          value,
          `at most ${MAX_WINDOW_BYTES}`,
        );
        settings.initialWindowBytes = value;
        break;
      case SETTING.maxFrameSize:
        demand(
          value >= DEFAULT_MAX_FRAME_BYTES && value <= LARGEST_FRAME_BYTES,
          ERROR.protocolError,
          "MAX_FRAME_SIZE",
          value,
          `${DEFAULT_MAX_FRAME_BYTES} to ${LARGEST_FRAME_BYTES}`,
        );
        settings.maxFrameBytes = value;
        break;
      case SETTING.maxHeaderListSize:
        settings.maxHeaderListBytes = value;
    }
  }
  return settings;
}

function demand(isTrue: boolean, code: number, name: string, value: number, expected: string): void {
  if (!isTrue) throw new Http2Error(code, `SETTINGS_${name} is ${value}, expected ${expected}`);
}
