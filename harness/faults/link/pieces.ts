import type { ArmedShaper } from "./armed_shaper.ts";
import type { LinkConnection } from "./connection.ts";
import type { Direction } from "./toxic.ts";

/** Bytes on their way through toxics. Times are `performance.now()`. */
export interface Piece {
  readonly kind: "bytes";
  readonly bytes: Uint8Array;
  readonly readT: number;
  /** When it may go. */
  dueT: number;
}

/** Sends bytes through every shaper in turn: altered, cut into pieces, each with the time when it may go. */
export function cutPieces(
  shapers: readonly ArmedShaper[],
  connection: LinkConnection,
  direction: Direction,
  bytes: Uint8Array,
): readonly Piece[] {
  const readT = performance.now();
  let pieces: Piece[] = [{ kind: "bytes", bytes, readT, dueT: readT }];
  for (const armed of shapers) {
    const { shaper } = armed;
    const offeredBytes = pieces.reduce((sum, piece) => sum + piece.bytes.length, 0);
    if (offeredBytes === 0) return [];
    pieces = pieces.flatMap((piece) => cut(armed, connection, direction, piece));
    for (const piece of pieces) {
      piece.dueT = shaper.dueT?.(connection, direction, piece.bytes.length, piece.dueT) ?? piece.dueT;
    }
    armed.touch(connection, direction, offeredBytes, pieces.length);
  }
  return pieces;
}

function cut(
  { shaper }: ArmedShaper,
  connection: LinkConnection,
  direction: Direction,
  piece: Piece,
): Piece[] {
  const bytes = shaper.alter?.(connection, direction, piece.bytes) ?? piece.bytes;
  if (bytes.length === 0) return [];
  if (shaper.pieceBytes === undefined) return [{ ...piece, bytes }];
  const pieces: Piece[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const left = bytes.length - offset;
    const length = Math.max(1, Math.min(left, shaper.pieceBytes(connection, direction, left)));
    pieces.push({ ...piece, bytes: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return pieces;
}
