/**
 * Sockets that read into one buffer of their own, again and again: half the CPU time a byte of sockets that allocate a
 * buffer for each read. They are node:net's, since only those can send a RST (`resetAndDestroy`).
 */
import net from "node:net";

/** As much as a read brings at most: fewer and larger ones cost less. Pages that are never filled cost no memory. */
const READ_BYTES = 512 << 10;

/**
 * Takes what was read. The bytes are lent: they change with the next read, which comes once this has returned, or, when
 * it returned false, once the socket is resumed.
 */
export type TakeBytes = (bytes: Uint8Array) => boolean;

/** Connects to `host:port`. Half-open connections stay. */
export function connectSocket(host: string, port: number, take: TakeBytes): net.Socket {
  return net.connect({ host, port, allowHalfOpen: true, noDelay: true, onread: readInto(take) });
}

/** Takes an accepted connection over from the socket that a server made for it, which nobody may use afterwards. */
export function adoptSocket(accepted: net.Socket, take: TakeBytes): net.Socket {
  // A server gives no way to set `onread`; a second socket on the same handle has it, as node's own tls module does.
  const bare = accepted as unknown as { _handle: unknown };
  const options = { handle: bare._handle, allowHalfOpen: true, onread: readInto(take) };
  const socket = new net.Socket(options as net.SocketConstructorOpts);
  bare._handle = null;
  socket.setNoDelay(true);
  return socket;
}

function readInto(take: TakeBytes): net.OnReadOpts {
  // Not a Buffer, whose `slice` would not copy.
  const buffer = new Uint8Array(READ_BYTES);
  return { buffer, callback: (count) => take(buffer.subarray(0, count)) };
}
