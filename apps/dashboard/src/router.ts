// Where the reader is, in the part of the address after `#`: `#/run/ID/conversation?call=3`. The server never sees it,
// so a link to a place in a run works with any server, and Back and Forward do what people expect.
import { useMemo, useSyncExternalStore } from "react";

export interface Place {
  /** Decoded parts: `["run", ID, "conversation"]`; empty on the first page. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}

export function usePlace(): Place {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => placeOf(hash), [hash]);
}

export function placeOf(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return {
    parts: path
      .split("/")
      .filter((part) => part !== "")
      .map(decode),
    query: new URLSearchParams(query),
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place; values that are undefined are left out of the query. */
export function linkTo(
  parts: readonly string[],
  query: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** Goes there; `replace` when Back should not return to the place left, as while stepping through a list. */
export function goTo(link: string, replace = false): void {
  if (replace) {
    history.replaceState(null, "", link);
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else location.hash = link;
}
