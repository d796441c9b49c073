// The conversation with the model, call by call as it happened, and how well the model's predictions held.
import { useEffect, useState } from "react";
import { useRunData } from "../api/use-run.ts";
import { formatCount, formatUsd, plural } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { VirtualList } from "../ui/virtual-list.tsx";
import { Calibration } from "./calibration.tsx";
import { CallPanel } from "./call-panel.tsx";

const header = ["call", "for", "tokens", "cost", "led to"];

export function ConversationTab({ query }: { readonly query: URLSearchParams }) {
  const { detail, calls, live } = useRunData();
  const [follows, setFollows] = useState(false);
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
          <VirtualList
            className="calls"
            label="Calls to the model"
            header={header}
            count={calls.length}
            rowHeight={36}
            open={index}
            onOpen={show}
            cells={(row) => {
              const call = calls[row]!;
              return [
                row + 1,
                call.failed ? `${call.purpose} – failed` : call.purpose,
                `${formatCount(call.inputTokens)} + ${formatCount(call.outputTokens)}`,
                call.usd === undefined ? "" : formatUsd(call.usd),
                call.trials.length === 0 ? "" : `trial ${call.trials.join(", ")}`,
              ];
            }}
          />
          <p className="soft">{plural(calls.length, "call")}. Tokens are those read and those written.</p>
          {live?.proposing !== undefined && <p role="status">Thinking of trial {live.proposing.trial}…</p>}
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
          <CallPanel index={calls[index]!.index} place={index} count={calls.length} />
        </section>
      </div>
      <Calibration />
    </>
  );
}

/** `call` counts from 1, for people; `reply` is a reply's number, as trials name it. */
function indexOf(query: URLSearchParams, ofReply: (reply: number) => number): number | undefined {
  const call = Number(query.get("call") ?? Number.NaN);
  if (Number.isInteger(call)) return call - 1;
  const reply = Number(query.get("reply") ?? Number.NaN);
  return Number.isInteger(reply) ? ofReply(reply) : undefined;
}
