/** A caller of a proxy, on Deno's own sockets: the vantage from which a toxic's effect is seen. */

/** How a connection ended, as its reader sees it. */
export type Ending = "closed" | "reset";

/** An open connection. */
export interface Peer extends Disposable {
  send(text: string): Promise<void>;
  /** Reads exactly so many bytes. */
  read(bytes: number): Promise<string>;
  /** Sends, and reads as many bytes back. */
  exchange(text: string): Promise<string>;
  /** Sends FIN. */
  finish(): Promise<void>;
  /** Reads up to the end. */
  readAll(): Promise<{ readonly text: string; readonly ending: Ending }>;
  sendAndReadAll(text: string): Promise<{ readonly text: string; readonly ending: Ending }>;
  /** How it ends. */
  ending(): Promise<Ending>;
}

/**
 * Connects.
 *
 * @param address `host:port`.
 */
export async function connectTo(address: string): Promise<Peer> {
  const [hostname = "", port] = address.split(":");
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const decoder = new TextDecoder();

  const some = async (limit: number): Promise<string | Ending> => {
    const buffer = new Uint8Array(limit);
    try {
      const length = await connection.read(buffer);
      return length === null ? "closed" : decoder.decode(buffer.subarray(0, length));
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return "reset";
      throw error;
    }
  };
  const peer: Peer = {
    async send(text) {
      const bytes = new TextEncoder().encode(text);
      for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    },
    async read(bytes) {
      let text = "";
      while (text.length < bytes) {
        const piece = await some(bytes - text.length);
        if (piece === "closed" || piece === "reset") {
          throw new Error(`expected ${bytes} bytes, found ${piece} after "${text}"`);
        }
        text += piece;
      }
      return text;
    },
    async exchange(text) {
      await peer.send(text);
      return await peer.read(text.length);
    },
    finish: () => connection.closeWrite(),
    async readAll() {
      for (let text = "";;) {
        const piece = await some(65536);
        if (piece === "closed" || piece === "reset") return { text, ending: piece };
        text += piece;
      }
    },
    async sendAndReadAll(text) {
      await peer.send(text);
      return await peer.readAll();
    },
    ending: async () => (await peer.readAll()).ending,
    [Symbol.dispose]: () => connection.close(),
  };
  return peer;
}
