// The list of runs, kept up to date by server-sent events.
import { useEffect, useState } from "react";
import type { ListEvent, RunSummary } from "../../../../src/dashboard/api.ts";
import { addressWithToken, get, messageOf } from "./client.ts";
import { readReply } from "./read-reply.ts";

export interface RunList {
  /** Undefined until the first answer; newest first. */
  readonly runs: readonly RunSummary[] | undefined;
  readonly problem: string | undefined;
}

export function useRuns(): RunList {
  const [runs, setRuns] = useState<readonly RunSummary[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const controller = new AbortController();
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const { runs } = await get("GET /api/runs", { signal: controller.signal });
      setRuns(runs);
      setProblem(undefined);
      source = new EventSource(addressWithToken("GET /api/events", [], {}));
      source.onmessage = ({ data }: MessageEvent<string>) => {
        const event = readReply(data) as ListEvent;
        setRuns((before) => (before === undefined ? before : applyEvent(before, event)));
      };
      source.onerror = () => {
        source?.close();
        retry();
      };
    };
    const retry = () => {
      again = setTimeout(start, 2000);
    };
    const start = () => {
      load().catch((thrown: unknown) => {
        if (controller.signal.aborted) return;
        setProblem(messageOf(thrown));
        retry();
      });
    };
    start();
    return () => {
      controller.abort();
      clearTimeout(again);
      source?.close();
    };
  }, []);
  return { runs, problem };
}

function applyEvent(runs: readonly RunSummary[], event: ListEvent): readonly RunSummary[] {
  if (event.kind === "gone") return runs.filter(({ id }) => id !== event.id);
  const known = runs.some(({ id }) => id === event.run.id);
  return known ? runs.map((run) => (run.id === event.run.id ? event.run : run)) : [event.run, ...runs];
}
