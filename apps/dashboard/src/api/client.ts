// Asks the server. The token that allows changes comes with the first address (`#token=…`), is kept for this tab only,
// and is taken out of the address at once, so that nobody copies it with a link.
import { type DependencyList, useEffect, useState } from "react";
import type { ApiError, Routes } from "../../../../src/dashboard/api.ts";
import { readReply } from "./read-reply.ts";

const storageKey = "genius-token";

/** Call once, before the first request. */
export function takeToken(): void {
  const match = /^#token=([^&]+)/.exec(location.hash);
  if (match === null) return;
  sessionStorage.setItem(storageKey, decodeURIComponent(match[1]!));
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
}

const token = () => sessionStorage.getItem(storageKey);

type Method<Name extends keyof Routes> = Name extends `${infer Verb} ${string}` ? Verb : never;
type Get = { [Name in keyof Routes]: Method<Name> extends "GET" ? Name : never }[keyof Routes];
type Post = Exclude<keyof Routes, Get>;
type QueryOf<Name extends keyof Routes> = Routes[Name] extends { readonly query: infer Query }
  ? Query
  : Record<string, never>;
type BodyOf<Name extends Post> = Routes[Name] extends { readonly body: infer Body } ? Body : never;
type Query = Readonly<Record<string, string | number | undefined>>;

/** What stands for `:id`, `:number` and `:index` in a route, in that order. */
type Places = readonly (string | number)[];

/** An answer that is not what was asked for. `message` is written for the person. */
export class RequestError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export async function get<Name extends Get>(
  route: Name,
  { places = [], query, signal }: { places?: Places; query?: QueryOf<Name>; signal?: AbortSignal } = {},
): Promise<Routes[Name]["reply"]> {
  return send(addressOf(route, places, (query ?? {}) as Query), { signal: signal ?? null });
}

export async function post<Name extends Post>(
  route: Name,
  { places = [], body }: { places?: Places; body: BodyOf<Name> },
): Promise<Routes[Name]["reply"]> {
  return send(addressOf(route, places, {}), { method: "POST", body: JSON.stringify(body) });
}

/** The address of a download or of an event stream, which cannot send headers: the token goes into the query. */
export function addressWithToken<Name extends Get>(
  route: Name,
  places: Places,
  query: QueryOf<Name>,
): string {
  return addressOf(route, places, { ...(query as Query), token: token() ?? undefined });
}

function addressOf(route: keyof Routes, places: Places, query: Query): string {
  const left = [...places];
  const path = route.replace(/^\w+ /, "").replace(/:\w+/g, () => encodeURIComponent(String(left.shift())));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  return search.size === 0 ? path : `${path}?${search}`;
}

async function send<Reply>(address: string, init: RequestInit): Promise<Reply> {
  const held = token();
  const headers: Record<string, string> =
    init.method === "POST" ? { "content-type": "application/json" } : {};
  if (held !== null) headers["x-genius-token"] = held;
  let response: Response;
  try {
    response = await fetch(address, { ...init, headers });
  } catch (thrown) {
    if (init.signal?.aborted) throw thrown;
    throw new RequestError("offline", "The server does not answer. Is genius dashboard still running?");
  }
  if (response.ok) return readReply(await response.text()) as Reply;
  const body = (await response
    .text()
    .then(readReply)
    .catch(() => undefined)) as ApiError | undefined;
  throw new RequestError(
    body?.error?.code ?? "internal",
    body?.error?.message ?? `The server answered ${response.status}.`,
  );
}

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

export type Asked<Reply> =
  | { readonly state: "waiting" }
  | { readonly state: "failed"; readonly message: string }
  | { readonly state: "there"; readonly reply: Reply };

/**
 * Asks when the component is shown and whenever `dependencies` change; an answer that is late for its question is
 * dropped. The last answer stays while the next is awaited. A function of undefined asks nothing.
 */
export function useAsked<Reply>(
  ask: ((signal: AbortSignal) => Promise<Reply>) | undefined,
  dependencies: DependencyList,
): Asked<Reply> {
  const [asked, setAsked] = useState<Asked<Reply>>({ state: "waiting" });
  useEffect(() => {
    if (ask === undefined) return setAsked({ state: "waiting" });
    const controller = new AbortController();
    ask(controller.signal).then(
      (reply) => controller.signal.aborted || setAsked({ state: "there", reply }),
      (thrown: unknown) =>
        controller.signal.aborted || setAsked({ state: "failed", message: messageOf(thrown) }),
    );
    return () => controller.abort();
    // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what the question depends on.
  }, dependencies);
  return asked;
}
