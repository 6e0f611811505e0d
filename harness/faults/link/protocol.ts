import { Http2Middle } from "./http2/http2_middle.ts";
import type { LinkMiddle } from "./stage.ts";

/** What a link takes its bytes for. */
export type LinkProtocol = "tcp" | "http2";

/**
 * What a protocol has between the sockets of each connection; nothing for plain bytes.
 *
 * @param note Takes what is worth reading in a timeline.
 */
export function middleOf(protocol: LinkProtocol, note: (text: string) => void): LinkMiddle | undefined {
  return protocol === "http2" ? new Http2Middle(note) : undefined;
}
