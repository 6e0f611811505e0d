/** What goes wrong between us and the container engine, in words that help. */
import { errorText } from "../../model/error_text.ts";

/**
 * `gone`: nobody answers any more; `slow`: no answer within the limit; `missing`: what was asked about is not there;
 * `conflict`: a name is taken, or its state does not allow it; `refused`: the engine says no for another reason.
 */
export type DockerErrorKind = "gone" | "slow" | "missing" | "conflict" | "refused";

/** The engine did not do what was asked. */
export class DockerError extends Error {
  override readonly name = "DockerError";
  readonly kind: DockerErrorKind;

  constructor(kind: DockerErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

/** True for an error of that kind. */
export function isDockerError(error: unknown, ...kinds: DockerErrorKind[]): error is DockerError {
  return error instanceof DockerError && kinds.includes(error.kind);
}

/**
 * What an error of a call to the engine means.
 *
 * @param what What was to be done, as in `start the container x`.
 * @param host Where the engine is, for the error.
 */
export function explainEngineError(what: string, host: string, error: unknown): DockerError {
  if (error instanceof DockerError) return error;
  const { statusCode, json } = error as { statusCode?: unknown; json?: { message?: unknown } | null };
  if (typeof statusCode !== "number" && !isLostConnection(error)) {
    return new DockerError(
      /does not exist locally/.test(errorText(error)) ? "missing" : "refused",
      `Cannot ${what}: ${errorText(error)}${adviceOn(errorText(error))}`,
      { cause: error },
    );
  }
  if (typeof statusCode !== "number") {
    return new DockerError(
      "gone",
      `Cannot ${what}: expected an answer of the Docker engine at ${host}, found: ${
        errorText(error)
      }; look at the daemon's log, start it again, and let "clean" remove what is left`,
      { cause: error },
    );
  }
  const words = typeof json?.message === "string" ? json.message : errorText(error);
  return new DockerError(
    statusCode === 404 && /no such|not found/i.test(words)
      ? "missing"
      : statusCode === 409
      ? "conflict"
      : "refused",
    `Cannot ${what}: the Docker engine answered ${statusCode}: ${words.trim()}${adviceOn(words)}`,
    { cause: error },
  );
}

/** The connection was never there, or broke under the call. */
function isLostConnection(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  if (typeof code === "string") return /^(E[A-Z]+|UND_ERR_.*)$/.test(code);
  return /socket hang up|connection (closed|reset|refused)|unexpected eof|broken pipe/i.test(
    errorText(error),
  );
}

function adviceOn(words: string): string {
  const known: [RegExp, string][] = [
    [/no such image|does not exist locally/i, 'build it with "deno task images"'],
    [/container name .* is already in use/i, 'remove that container if it is yours, or run "clean"'],
    [/no space left/i, "make room on the engine's disk (docker system df shows what takes it)"],
    [/non-overlapping/i, "remove networks that nobody uses (docker network prune)"],
    [/port is already allocated|address already in use/i, "end what listens there"],
    [/executable file not found|exec: .*no such file/i, "the image lacks this program: build it anew"],
  ];
  const advice = known.find(([pattern]) => pattern.test(words))?.[1];
  return advice === undefined ? "" : `; ${advice}`;
}
