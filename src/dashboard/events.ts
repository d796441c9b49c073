// Live events: what a page does not have yet, looked for a few times a second and sent as it comes. A page says from
// which row on it wants trials and calls, so nothing is sent twice, and a reconnection resumes where it was.
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { FollowedRun } from "../runs/followed-run.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { ListEvent, RunEvent, RunSummary } from "./api.ts";
import { callRows } from "./views/calls.ts";
import { inForce, liveState, notesOf } from "./views/detail.ts";
import { namedSummary } from "./views/named.ts";
import { trialColumns } from "./views/trials.ts";

const runEveryMs = 250;
const listEveryMs = 1_000;
const aliveEveryMs = 15_000;
const maxRows = 20_000;

/** Changes of one run, until the page goes away. */
export function runEvents(
  context: Context,
  run: FollowedRun,
  from: { readonly rows: number; readonly calls: number },
) {
  return follow<RunEvent>(context, runEveryMs, () => {
    let { rows, calls } = from;
    let { generation } = run;
    let summary: RunSummary | undefined;
    let [live, notes] = ["", ""];
    return async (send) => {
      await run.refresh();
      if (run.generation !== generation) [rows, calls, generation] = [0, 0, run.generation];
      while (rows < run.journal.rows.length) {
        const trials = trialColumns(run, rows, maxRows);
        rows += trials.number.length;
        await send({ kind: "trials", trials }, `${rows}-${calls}`);
      }
      if (calls < run.calls.length) {
        const page = callRows(run, calls, maxRows);
        calls += page.rows.length;
        await send({ kind: "calls", calls: page }, `${rows}-${calls}`);
      }
      const now = namedSummary(run);
      if (now !== summary) {
        summary = now;
        await send({ kind: "summary", run: now });
      }
      const space = (await run.domain())?.space;
      const state = await liveState(run, space);
      const liveText = JSON.stringify(state);
      if (liveText !== live) {
        live = liveText;
        await send({ kind: "live", live: state });
      }
      const event = { kind: "notes", notes: notesOf(run), inForce: await inForce(run, space) } as const;
      const noteText = JSON.stringify([event.notes.length, event.inForce]);
      if (noteText !== notes) {
        notes = noteText;
        await send(event);
      }
    };
  });
}

/** Changes of the list of runs. The first message of each run is the run as it is. */
export function listEvents(context: Context, store: RunStore) {
  return follow<ListEvent>(context, listEveryMs, () => {
    const sent = new Map<string, RunSummary>();
    return async (send) => {
      const runs = await store.list();
      const ids = new Set(runs.map(({ id }) => id));
      for (const id of [...sent.keys()].filter((known) => !ids.has(known))) {
        sent.delete(id);
        await send({ kind: "gone", id });
      }
      for (const run of runs) {
        const summary = namedSummary(run);
        if (sent.get(run.id) === summary) continue;
        sent.set(run.id, summary);
        await send({ kind: "run", run: summary });
      }
    };
  });
}

/** `id`: what a reconnecting page gives back as `last-event-id`. */
type Send<Event> = (event: Event, id?: string) => Promise<void>;

function follow<Event>(context: Context, everyMs: number, begin: () => (send: Send<Event>) => Promise<void>) {
  return streamSSE(context, async (stream) => {
    const look = begin();
    let lastMs = performance.now();
    const send: Send<Event> = async (event, id) => {
      lastMs = performance.now();
      await stream.writeSSE({ data: JSON.stringify(event), ...(id !== undefined && { id }) });
    };
    while (!stream.aborted && !stream.closed) {
      await look(send);
      if (performance.now() - lastMs > aliveEveryMs) {
        lastMs = performance.now();
        // A comment keeps the connection, and finds out whether the page is still there.
        await stream.write(": alive\n\n");
      }
      await stream.sleep(everyMs);
    }
  });
}
