// One run as the page sees it: what the server said of it, its trials and calls, and what happens right now, kept up to
// date by server-sent events. A lost connection is taken up again where it broke off.
import { createContext, useContext, useEffect, useState } from "react";
import type { CallSummary, LiveState, RunDetail, RunEvent } from "../../../../src/dashboard/api.ts";
import { addressWithToken, get, messageOf } from "./client.ts";
import { readReply } from "./read-reply.ts";
import { appendTrials, createTrialTable, type TrialTable } from "./trial-table.ts";

export interface RunData {
  readonly detail: RunDetail;
  readonly trials: TrialTable;
  /** Whether all rows that the run had when it was opened are there. */
  readonly hasTrials: boolean;
  readonly calls: readonly CallSummary[];
  readonly live: LiveState | undefined;
  readonly isConnected: boolean;
}

export type RunView = RunData | { readonly problem: string } | undefined;

const rowsAtOnce = 20_000;
const callsAtOnce = 5000;

/** Follows a run while the component is shown. Undefined until the first answer. */
export function useRun(id: string): RunView {
  const [view, setView] = useState<{ readonly id: string; readonly run: RunView }>({ id, run: undefined });
  useEffect(() => followRun(id, (run) => setView({ id, run })), [id]);
  return view.id === id ? view.run : undefined;
}

function followRun(id: string, show: (run: RunView) => void): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let data: RunData | undefined;
  let source: EventSource | undefined;
  let isScheduled = false;
  // Events may come in bursts; the page is drawn at most once a frame.
  const publish = (next: RunData) => {
    data = next;
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => {
      isScheduled = false;
      if (!signal.aborted) show(data);
    });
  };
  const listen = () => {
    if (signal.aborted || data === undefined) return;
    const query = { from: data.trials.count, calls: data.calls.length };
    source = new EventSource(addressWithToken("GET /api/runs/:id/events", [id], query));
    source.onopen = () => publish({ ...data!, isConnected: true });
    source.onmessage = ({ data: text }: MessageEvent<string>) => {
      const event = readReply(text) as RunEvent;
      const before = data!;
      const next = applyEvent(before, event);
      if (next === undefined) return reconnect();
      publish(next);
      if (changesMore(before.detail, event)) void renew();
    };
    source.onerror = () => {
      publish({ ...data!, isConnected: false });
      reconnect();
    };
  };
  const renew = async () => {
    try {
      const detail = await get("GET /api/runs/:id", { places: [id], signal });
      publish({ ...data!, detail, live: detail.live });
    } catch {
      // The stream continues, and says when the server is gone.
    }
  };
  // The browser would ask again with the first address, and so get rows that are there already.
  const reconnect = () => {
    source?.close();
    if (!signal.aborted) setTimeout(listen, 1000);
  };
  const start = async () => {
    // Both are asked at once; the head of the page is shown as soon as it can be, without waiting for the trials.
    const rows = get("GET /api/runs/:id/trials", {
      places: [id],
      query: { from: 0, limit: rowsAtOnce },
      signal,
    });
    rows.catch(() => {});
    const detail = await get("GET /api/runs/:id", { places: [id], signal });
    let trials = createTrialTable();
    const start = { detail, calls: [], live: detail.live, isConnected: false };
    publish({ ...start, trials, hasTrials: false });
    const first = await rows;
    trials = appendTrials(trials, first) ?? trials;
    publish({ ...start, trials, hasTrials: trials.count >= first.total });
    while (trials.count < first.total) {
      const query = { from: trials.count, limit: rowsAtOnce };
      const more = await get("GET /api/runs/:id/trials", { places: [id], query, signal });
      const next = appendTrials(trials, more);
      if (next === undefined || next.count === trials.count) break;
      trials = next;
    }
    const calls: CallSummary[] = [];
    while (calls.length < detail.callCount) {
      const query = { from: calls.length, limit: callsAtOnce };
      const { rows } = await get("GET /api/runs/:id/calls", { places: [id], query, signal });
      if (rows.length === 0) break;
      calls.push(...rows);
    }
    publish({ ...data!, trials, hasTrials: true, calls });
    listen();
  };
  start().catch((thrown: unknown) => {
    if (!signal.aborted) show({ problem: messageOf(thrown) });
  });
  return () => {
    controller.abort();
    source?.close();
  };
}

/**
 * What a run is when it starts, stops or ends is more than its summary: its result, the turns it takes. So are the decisions of a
 * space that was written, and what was run beside it, which for a table takes less time than the stream looks for a change of state.
 */
function changesMore({ state, notes }: RunDetail, event: RunEvent): boolean {
  if (event.kind === "summary") return event.run.state !== state;
  return event.kind === "notes" && tellingNotes(event.notes) !== tellingNotes(notes);
}

const tellingNotes = (notes: RunDetail["notes"]) =>
  notes.filter(({ about }) => ["baselines", "trained", "space"].includes(about)).length;

/** Undefined when rows are missing, so that the stream must be opened again. */
function applyEvent(data: RunData, event: RunEvent): RunData | undefined {
  switch (event.kind) {
    case "trials": {
      const trials = appendTrials(data.trials, event.trials);
      return trials === undefined ? undefined : { ...data, trials };
    }
    case "summary":
      return { ...data, detail: { ...data.detail, ...event.run } };
    case "live":
      return { ...data, live: event.live ?? undefined };
    case "calls": {
      const { from, rows } = event.calls;
      return from > data.calls.length
        ? undefined
        : { ...data, calls: [...data.calls.slice(0, from), ...rows] };
    }
    case "notes":
      return { ...data, detail: { ...data.detail, notes: event.notes, inForce: event.inForce } };
    default:
      event satisfies never;
      return data;
  }
}

const RunContext = createContext<RunData | undefined>(undefined);
export const RunProvider = RunContext.Provider;

/** The run around a view. Only for components inside a `RunProvider`. */
export function useRunData(): RunData {
  const run = useContext(RunContext);
  if (run === undefined) throw new Error("A view of a run was shown without its run.");
  return run;
}
