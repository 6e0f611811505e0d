/** A lock that processes take turns by; the kernel frees that of one that dies. */

/**
 * Takes the lock of a path.
 *
 * @param path Made when missing. It stays: removing it would let a third one lock another file of that name.
 * @param onWait Told once when another holds it.
 * @param signal Ends the waiting; its reason is thrown.
 * @throws {Error} When the file cannot be written.
 */
export async function lockFile(path: string, onWait: () => void, signal?: AbortSignal): Promise<Disposable> {
  signal?.throwIfAborted();
  const file = await Deno.open(path, { create: true, write: true });
  try {
    if (!await file.tryLock(true)) {
      onWait();
      signal?.throwIfAborted();
      await orAborted(file.lock(true), signal);
    }
  } catch (error) {
    file.close();
    throw error;
  }
  // Closing lets go of the lock.
  return { [Symbol.dispose]: () => file.close() };
}

async function orAborted(locked: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return await locked;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  // Whichever comes second is nobody's business any more.
  locked.catch(() => undefined);
  try {
    await Promise.race([locked, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
