// Reads what went wrong with a call: whether another try can help, when, and what to tell a person if none did.
// Providers, proxies and Node each say it in their own way; this is the one file that knows them. It tries nothing
// itself.
import { APICallError, InvalidResponseDataError } from "@ai-sdk/provider";
import { GeniusError, messageOf, systemCodeOf } from "../base/errors.ts";
import { isAboutPictures } from "./pictures.ts";

export interface Server {
  readonly name: string;
  readonly shownUrl: string;
  readonly keyVariable: string | undefined;
}

/** What a failed try means. `reason` is for the record and for people. */
export type Verdict =
  | { readonly kind: "retry"; readonly reason: string; readonly status?: number; readonly afterMs?: number }
  | { readonly kind: "stop"; readonly reason: string; readonly status?: number; readonly error: GeniusError };

/** Thrown into a try that took too long. */
export class TimeoutReached extends Error {
  override readonly name = "TimeoutReached";
}

/**
 * @param answeredBefore whether this server has answered in this run: then one that cannot be reached now may come
 *   back, otherwise its address is more likely wrong
 * @param now milliseconds since 1970, for a Retry-After that is a date
 */
export function judge(
  thrown: unknown,
  server: Server,
  state: { readonly answeredBefore: boolean; readonly now: number; readonly hasPictures?: boolean },
): Verdict {
  if (thrown instanceof TimeoutReached) return { kind: "retry", reason: thrown.message };
  const networkCode = networkCodeOf(thrown);
  const status = APICallError.isInstance(thrown) ? thrown.statusCode : undefined;
  if (APICallError.isInstance(thrown) && status !== undefined && status >= 300) {
    return judgeStatus(thrown, status, { server, ...state });
  }
  if (networkCode !== undefined && unreachable.has(networkCode)) {
    const reason = `${server.shownUrl} cannot be reached (${networkCode})`;
    if (state.answeredBefore) return { kind: "retry", reason };
    const error = new GeniusError(
      "server-unreachable",
      `${server.name}: ${reason}. Check that the server runs, its address${server.name.startsWith("ollama/") ? " (OLLAMA_HOST)" : ""} and your connection.`,
      { cause: thrown },
    );
    return { kind: "stop", reason, error };
  }
  if (networkCode !== undefined || isCut(thrown)) {
    return { kind: "retry", reason: `the connection broke (${networkCode ?? messageOf(thrown)})` };
  }
  if (APICallError.isInstance(thrown)) {
    const body = thrown.responseBody?.trim() ?? "";
    if (isStream(body)) {
      const reason = "the server answers with a stream";
      const error = new GeniusError("model-failed", `${server.name}: ${reason} that could not be read.`, {
        cause: thrown,
      });
      return { kind: "stop", reason, error };
    }
    const what =
      body === "" ? "an empty answer" : `no chat completion: ${JSON.stringify(body.slice(0, 120))}`;
    return { kind: "retry", reason: `the server gave ${what}`, ...(status === undefined ? {} : { status }) };
  }
  if (InvalidResponseDataError.isInstance(thrown)) {
    return { kind: "retry", reason: `the server gave no chat completion: ${thrown.message}` };
  }
  const reason = messageOf(thrown);
  const error = new GeniusError("model-failed", `${server.name} could not be asked: ${reason}`, {
    cause: thrown,
  });
  return { kind: "stop", reason, error };
}

function judgeStatus(
  failure: APICallError,
  status: number,
  {
    server,
    now,
    hasPictures = false,
  }: { readonly server: Server; readonly now: number; readonly hasPictures?: boolean },
): Verdict {
  const said = `${status}: ${saidBy(failure)}`;
  const stop = (code: "key-rejected" | "model-failed", message: string): Verdict => ({
    kind: "stop",
    reason: said,
    status,
    error: new GeniusError(code, message, { cause: failure }),
  });
  if (status === 401 || status === 403) {
    const key = server.keyVariable === undefined ? "the key" : `the key in ${server.keyVariable}`;
    return stop(
      "key-rejected",
      `${server.shownUrl} refused ${key} for ${server.name} (${said}). Check the key and what it may be used for.`,
    );
  }
  if (/insufficient_quota|billing_hard_limit|credit balance/i.test(failure.responseBody ?? "")) {
    return stop(
      "model-failed",
      `${server.name}: the account has no credit left (${said}). Add credit, or use another model.`,
    );
  }
  if (hasPictures && (status === 413 || (pictureStatus.has(status) && isAboutPictures(said)))) {
    const what =
      status === 413
        ? "which is too large for it: show fewer images (--images)"
        : "which this model or its server does not take: leave out --images, or choose a model that can see";
    return stop(
      "model-failed",
      `${server.name} refused the request (${said}). There is a picture in it, ${what}.`,
    );
  }
  if (status === 404) {
    return stop(
      "model-failed",
      `${server.shownUrl} has no model "${server.name.replace(/^[^/]+\//, "")}" (${said}). Check the model's name and the address.`,
    );
  }
  if (status === 501 || (status === 500 && saysUnsupported(said))) {
    return stop("model-failed", `${server.name} refused the request (${said}). ${whatHelps(said)}`);
  }
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    const afterMs = retryAfterMs(failure.responseHeaders ?? {}, now);
    return { kind: "retry", reason: said, status, ...(afterMs === undefined ? {} : { afterMs }) };
  }
  return stop(
    "model-failed",
    `${server.name} refused the request (${said}). ${whatHelps(said)}${hasPictures ? " There is a picture in it, too, which not every model takes (--images)." : ""}`,
  );
}

/** What servers answer to a request of which they do not take a part. */
const pictureStatus: ReadonlySet<number> = new Set([400, 404, 415, 422, 500, 501]);

/** Whether a refusal is about the length of the request and its answer together. */
export const isAboutContext = (said: string) => /context|prompt is too long|too many tokens/i.test(said);

function whatHelps(said: string): string {
  return isAboutContext(said)
    ? "The prompt does not fit into the model's context: give the server a larger one, or show fewer results (--shown)."
    : "It was also asked without what servers most often refuse. What may help: --max-output-tokens, --temperature, --cost-tool=false, or another model.";
}

/** Whether a body is a stream of server-sent events. */
export const isStream = (body: string): boolean => /^(?:\s*:[^\n]*\n)*\s*(?:event|data):/.test(body);

/** Whether a message says that a feature of the request is not available, whatever its status. */
export const saysUnsupported = (said: string): boolean =>
  /not support|unsupported|does not (?:have|allow|accept)|only supports?|support tool|must be/i.test(said) &&
  /max_|tokens|temperature|tool|function|schema|response_format|stream/i.test(said);

/** The error when all tries have failed. */
export function gaveUp(server: Server, tries: number, reason: string): GeniusError {
  return new GeniusError(
    "model-failed",
    `${server.name} gave no answer in ${tries} ${tries === 1 ? "try" : "tries"}; the last time: ${reason.replace(/\.$/, "")}. Try again later; what was paid for so far is kept.`,
  );
}

/** The server's wish in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as a date (RFC 9110). */
export function retryAfterMs(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const exact = Number(headers["retry-after-ms"] ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const text = headers["retry-after"]?.trim();
  if (text === undefined || text === "") return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1000 : undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

const unreachable = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Node's code of the network failure at the bottom of a chain of causes. */
function networkCodeOf(thrown: unknown): string | undefined {
  for (let error = thrown, depth = 0; error !== undefined && error !== null && depth < 8; depth += 1) {
    const code = systemCodeOf(error);
    if (
      code !== undefined &&
      (unreachable.has(code) || /^(E[A-Z]+|UND_ERR_[A-Z_]+|ERR_SSL[A-Z_]*)$/.test(code))
    )
      return code;
    if (error instanceof AggregateError && error.errors.length > 0) error = error.errors[0] as unknown;
    else error = error instanceof Error ? error.cause : undefined;
  }
  return undefined;
}

/** A body that ended too soon has no code in some cases, only a message. */
function isCut(thrown: unknown): boolean {
  for (let error = thrown, depth = 0; error instanceof Error && depth < 8; depth += 1, error = error.cause) {
    if (/terminated|other side closed|socket hang up|fetch failed/i.test(error.message)) return true;
  }
  return false;
}

/** What the server says in the common `{ error: { message } }`, or the beginning of what it sent. */
export function saidBy(failure: APICallError): string {
  const body = failure.responseBody?.trim() ?? "";
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown };
    const message =
      typeof parsed.error === "string" ? parsed.error : (parsed.error?.message ?? parsed.message);
    if (typeof message === "string") return message.slice(0, 300);
  } catch {
    // Not JSON: a proxy's page, most often.
  }
  return body === "" ? failure.message : body.slice(0, 120);
}
