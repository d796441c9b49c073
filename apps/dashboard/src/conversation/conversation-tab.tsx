// The conversation with the model, call by call as it happened, and how well the model's predictions held.
import { useDeferredValue, useEffect, useId, useMemo, useState } from "react";
import type { CallSummary } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { formatCount, formatDifference, formatUsd, type Metric, plural } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { Pick } from "../ui/pieces.tsx";
import { VirtualList } from "../ui/virtual-list.tsx";
import { isThinking } from "../words.ts";
import { Calibration } from "./calibration.tsx";
import { CallPanel } from "./call-panel.tsx";
import { isUnanswered, worthOfCalls } from "./call-worth.ts";
import { SpentByCall } from "./spent-by-call.tsx";
import { WorthByCall } from "./worth-by-call.tsx";

const header = ["call", "for", "tokens", "cost", "led to", "worth"];

export function ConversationTab({ query }: { readonly query: URLSearchParams }) {
  const { detail, calls, trials, live } = useRunData();
  const worth = useMemo(() => worthOfCalls(calls, trials), [calls, trials]);
  const [follows, setFollows] = useState(false);
  const id = useId();
  const [text, setText] = useState("");
  const [kind, setKind] = useState<CallKind>("all");
  const search = useDeferredValue(text.trim());
  const found = useAsked(
    search === ""
      ? undefined
      : (signal) => get("GET /api/runs/:id/search", { places: [detail.id], query: { text: search }, signal }),
    [detail.id, search, calls.length],
  );
  const listed = useMemo(() => {
    const hits = search !== "" && found.state === "there" ? new Set(found.reply.calls) : undefined;
    return calls.flatMap((call, place) =>
      isOfKind(call, kind) && (hits?.has(call.index) ?? true) ? [place] : [],
    );
  }, [calls, kind, search, found]);
  const last = calls.length - 1;
  const asked = indexOf(query, (reply) => calls.findIndex((call) => call.reply === reply));
  const index = Math.min(last, Math.max(0, asked ?? 0));
  const show = (next: number) =>
    goTo(
      linkTo(["run", detail.id, "conversation"], { call: next + 1 }),
      query.has("call") || query.has("reply"),
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the number of calls, nothing else.
  useEffect(() => {
    if (follows && last >= 0 && index !== last) show(last);
  }, [follows, last]);
  if (detail.callCount === 0 && calls.length === 0)
    return (
      <p>
        {detail.model === undefined
          ? "No language model was asked in this run, so there is no conversation."
          : "No call to the model has ended yet."}
      </p>
    );
  if (calls.length === 0)
    return (
      <p className="soft" role="status">
        Loading the conversation…
      </p>
    );
  return (
    <>
      <div className="columns talk">
        <div>
          <search className="filters">
            <div className="field">
              <label htmlFor={id}>search in prompts and replies</label>
              <input id={id} type="search" value={text} onChange={(event) => setText(event.target.value)} />
            </div>
            <Pick label="show" options={kinds} value={kind} onPick={setKind} />
          </search>
          <VirtualList
            className="calls"
            label="Calls to the model"
            header={header}
            count={listed.length}
            rowHeight={36}
            open={listed.indexOf(index)}
            onOpen={(row) => show(listed[row]!)}
            cells={(row) => {
              const call = calls[listed[row]!]!;
              return [
                listed[row]! + 1,
                `${call.purpose}${call.failed ? " – failed" : ""}${call.retried ? " – retried" : ""}`,
                isUnanswered(call)
                  ? "none"
                  : `${formatCount(call.inputTokens)} + ${formatCount(call.outputTokens)}`,
                call.usd === undefined ? "" : formatUsd(call.usd),
                call.trials.length === 0 ? "" : `trial ${call.trials.join(", ")}`,
                gainWords(detail.metric, worth[listed[row]!]?.gain),
              ];
            }}
          />
          <p className="soft" role="status">
            {listed.length === calls.length
              ? plural(calls.length, "call")
              : `${listed.length} of ${plural(calls.length, "call")}`}
            . Tokens are those read and those written; a call is worth what its designs added to the best so
            far.
          </p>
          {live !== undefined && isThinking(live) && (
            <p role="status">Thinking of trial {live.proposing?.trial}…</p>
          )}
        </div>
        <section aria-label={`Call ${index + 1}`}>
          <div className="actions">
            <button type="button" disabled={index === 0} onClick={() => show(index - 1)}>
              ← Before
            </button>
            <button type="button" disabled={index === last} onClick={() => show(index + 1)}>
              Next →
            </button>
            {detail.state === "running" && (
              <label>
                <input
                  type="checkbox"
                  checked={follows}
                  onChange={(event) => setFollows(event.target.checked)}
                />{" "}
                follow the newest
              </label>
            )}
          </div>
          <CallPanel
            index={calls[index]!.index}
            place={index}
            count={calls.length}
            gain={worth[index]?.gain}
            before={calls[index - 1]?.index}
          />
        </section>
      </div>
      <SpentByCall />
      <WorthByCall worth={worth} />
      <Calibration />
    </>
  );
}

const gainWords = (metric: Metric, gain: number | undefined) =>
  gain === undefined ? "" : gain === 0 ? "no gain" : formatDifference(metric, gain);

const kinds = [
  ["all", "all"],
  ["failed", "failed"],
  ["repaired", "repaired"],
  ["retried", "retried"],
] as const;
type CallKind = (typeof kinds)[number][0];

const isOfKind = (call: CallSummary, kind: CallKind): boolean => kind === "all" || call[kind];

/** `call` counts from 1, for people; `reply` is a reply's number, as trials name it. */
function indexOf(query: URLSearchParams, ofReply: (reply: number) => number): number | undefined {
  const call = Number(query.get("call") ?? Number.NaN);
  if (Number.isInteger(call)) return call - 1;
  const reply = Number(query.get("reply") ?? Number.NaN);
  return Number.isInteger(reply) ? ofReply(reply) : undefined;
}
