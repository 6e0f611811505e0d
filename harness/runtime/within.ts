/** Waits for a promise, at most so long. Returns whether it settled. */
export async function within(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<false>((resolve) => timer = setTimeout(() => resolve(false), limitMs));
  try {
    return await Promise.race([promise.then(() => true as const), limit]);
  } finally {
    clearTimeout(timer);
  }
}
