/**
 * What the API answers when it does not do what it was asked: `{"error": <text>, "status": <code>}` with that status.
 * Codes, and texts up to their first colon, are those of Toxiproxy 2.12 (`api.go`), since clients compare them; what
 * comes after the colon is our own, and says more.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** 400: the body is no JSON, or not what was expected. */
export function badRequestBody(reason: string): ApiError {
  return new ApiError(400, `bad request body: ${reason}`);
}

/** 400: a field that has no default is not there. */
export function missingField(field: string): ApiError {
  return new ApiError(400, `missing required field: ${field}`);
}

/** 404. */
export function proxyNotFound(): ApiError {
  return new ApiError(404, "proxy not found");
}

/** 409. */
export function proxyAlreadyExists(): ApiError {
  return new ApiError(409, "proxy already exists");
}

/** 400: neither `upstream` nor `downstream`. */
export function invalidStream(): ApiError {
  return new ApiError(400, "stream was invalid, can be either upstream or downstream");
}

/** 400. */
export function invalidToxicType(): ApiError {
  return new ApiError(400, "invalid toxic type");
}

/** 404. */
export function toxicNotFound(): ApiError {
  return new ApiError(404, "toxic not found");
}

/** 409. */
export function toxicAlreadyExists(): ApiError {
  return new ApiError(409, "toxic already exists");
}
