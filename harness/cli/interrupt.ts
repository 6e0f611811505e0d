/** Ctrl-C or SIGTERM arrived. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** A signal that Ctrl-C and SIGTERM abort, so that everything that was started is ended before the program is. */
export function onInterrupt(): { readonly signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const names = ["SIGINT", "SIGTERM"] as const;
  const handlers = names.map((name) => () =>
    controller.abort(new Interrupted(`${name} received: everything is being ended`))
  );
  names.forEach((name, index) => Deno.addSignalListener(name, handlers[index] as () => void));
  return {
    signal: controller.signal,
    [Symbol.dispose]: () =>
      names.forEach((name, index) => Deno.removeSignalListener(name, handlers[index] as () => void)),
  };
}
