// One HTTP request to a Ray dashboard. Not `fetch`: it sends `Sec-Fetch-Mode`, which makes Ray treat it as a browser and
// refuses to start anything. A connection of its own for each request, so that none goes stale while trainings run.
import { request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** @throws Error of the connection, or `TimeoutError` where the whole answer takes longer than `timeoutMs`. */
export function requestHttp(
  url: string,
  { method, headers, body, timeoutMs }: HttpRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith("https:") ? requestSecure : requestPlain;
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const length = bytes === undefined ? {} : { "content-length": bytes.length };
    const sent = request(
      url,
      { method, headers: { ...headers, ...length }, agent: false, signal: AbortSignal.timeout(timeoutMs) },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.once("error", reject);
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
        );
      },
    );
    sent.once("error", reject);
    sent.end(bytes);
  });
}
