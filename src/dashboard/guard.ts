// Who may ask the dashboard what. A page of another origin must neither read nor change anything, also not by a name
// that it makes point to this machine (DNS rebinding); changes need the token that only the person who started the
// dashboard was shown; and so does reading, where the server is open to the network or others have accounts on the machine.
import { timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import type { Context, MiddlewareHandler } from "hono";
import type { ApiError } from "./api.ts";

export interface Guard {
  /** A secret of this process. */
  readonly token: string;
  /** Whether other machines can reach it. */
  readonly isOpen: boolean;
  /** Whether reading needs the token too: it always does where other machines can reach the server. */
  readonly guardsReading?: boolean;
  /** Names that a request may call this server by, besides those of the loopback. */
  readonly names: readonly string[];
}

/** Nothing is loaded from elsewhere, framed, or run but the page's own files. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function refusal(
  context: Context,
  status: 400 | 403 | 404 | 409 | 413 | 415 | 500,
  code: string,
  message: string,
) {
  const body: ApiError = { error: { code, message } };
  return context.json(body, status);
}

export function guarded(guard: Guard): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const isApi = req.path.startsWith("/api");
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    if (isApi) context.header("cache-control", "no-store");
    const host = req.header("host") ?? "";
    if (!isKnownHost(host, guard))
      return refusal(
        context,
        403,
        "bad-host",
        "This server does not go by that name. Use the address that it printed.",
      );
    const origin = req.header("origin");
    const site = req.header("sec-fetch-site");
    const isForeign =
      (origin !== undefined && origin !== `http://${host}`) || site === "cross-site" || site === "same-site";
    if (isForeign && (isApi || req.method !== "GET"))
      return refusal(context, 403, "bad-origin", "A page of another origin may not use this server.");
    if (!["GET", "HEAD", "POST"].includes(req.method))
      return refusal(context, 403, "bad-method", `This server answers GET and POST, not ${req.method}.`);
    if (
      isApi &&
      (req.method === "POST" || guard.isOpen || guard.guardsReading === true) &&
      !hasToken(context, guard)
    )
      return refusal(
        context,
        403,
        "bad-token",
        "This needs the token of the running dashboard. Open the address that it printed in the terminal, whole.",
      );
    if (req.method === "POST" && !/^application\/json\b/.test(req.header("content-type") ?? ""))
      return refusal(context, 415, "bad-body", "Send JSON, with content-type: application/json.");
    return next();
  };
}

const headers: Readonly<Record<string, string>> = {
  "content-security-policy": contentPolicy,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "x-frame-options": "DENY",
};

/** Whether the request carries the token: in the header, or in the query where a header cannot be sent (GET only). */
export function hasToken({ req }: Context, { token }: Guard): boolean {
  const given =
    req.header("x-genius-token") ?? (req.method === "POST" ? undefined : req.query("token")) ?? "";
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isKnownHost(host: string, { isOpen, names }: Guard): boolean {
  const url = URL.parse(`http://${host}`);
  if (url === null || url.host !== host.toLowerCase().replace(/:80$/, "")) return false;
  const name = url.hostname.replace(/^\[|\]$/g, "");
  if (["127.0.0.1", "localhost", "::1"].includes(name)) return true;
  return isOpen && (isIP(name) !== 0 || names.includes(name));
}
