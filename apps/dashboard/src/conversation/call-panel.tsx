// One call, whole: what the model was shown, what it wrote, which tools it used, what it cost, and what was made of the
// reply. Every text of it is shown as text.
import { useState } from "react";
import type { CallDetail, MessageImage } from "../../../../src/dashboard/api.ts";
import { addressWithToken, get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import {
  formatChange,
  formatCount,
  formatDifference,
  formatDuration,
  formatScore,
  formatTime,
  formatUsd,
} from "../format.ts";
import { linkTo } from "../router.ts";
import { designName } from "../run/trial-words.ts";
import { WhyThisOne } from "../trial/why-this-one.tsx";
import { Answer, Notice, Pick } from "../ui/pieces.tsx";
import { LongText } from "../ui/scroll.tsx";
import { outcomeWords } from "../words.ts";
import { isUnanswered } from "./call-worth.ts";
import { PromptChange } from "./prompt-change.tsx";
import { roleWords } from "./role-words.ts";

interface CallPanelProps {
  readonly index: number;
  /** Its place among all calls, from 0. */
  readonly place: number;
  readonly count: number;
  /** What its designs added to the best so far. */
  readonly gain: number | undefined;
  /** The row of the call before it; undefined for the first. */
  readonly before: number | undefined;
}

const fromWords: Readonly<Record<CallDetail["from"], string>> = {
  model: "",
  cache: "remembered from this run, paid for once",
  replay: "from a recorded conversation",
  manual: "answered by a person",
  none: "no answer",
};

type Shown = "whole" | "change";

export function CallPanel({ index, place, count, gain, before }: CallPanelProps) {
  const { detail } = useRunData();
  // Kept from call to call.
  const [shown, setShown] = useState<Shown>("whole");
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/calls/:index", { places: [detail.id, index], signal }),
    [detail.id, index],
  );
  return (
    <>
      <h3>
        Call {place + 1} of {count}
      </h3>
      <Answer asked={asked}>
        {(call) => <Body key={call.index} {...{ call, gain, before, shown }} onShow={setShown} />}
      </Answer>
    </>
  );
}

interface BodyProps extends Pick<CallPanelProps, "gain" | "before"> {
  readonly call: CallDetail;
  readonly shown: Shown;
  readonly onShow: (shown: Shown) => void;
}

function Body({ call, gain, before, shown, onShow }: BodyProps) {
  const { metric } = useRunData().detail;
  const cost = [
    call.purpose,
    call.modelId,
    fromWords[call.from],
    formatTime(call.time),
    isUnanswered(call)
      ? ""
      : `${formatCount(call.inputTokens)} tokens read${call.cachedInputTokens > 0 ? ` (${formatCount(call.cachedInputTokens)} from the provider's cache)` : ""}, ${formatCount(call.outputTokens)} written${call.estimated ? ", estimated from the length of the text" : ""}`,
    isUnanswered(call) ? "" : call.usd === undefined ? "price not known" : formatUsd(call.usd),
    call.milliseconds > 0 ? formatDuration(call.milliseconds) : "",
    call.finishReason === "length" ? "the reply was cut at its longest allowed length" : "",
  ];
  return (
    <>
      <p className="soft wrap">{cost.filter((part) => part !== "").join(" · ")}</p>
      {call.failures.map((failure) => (
        <Notice key={failure}>{failure}</Notice>
      ))}
      <h4>What it was shown</h4>
      {before !== undefined && (
        <Pick
          label="prompt"
          options={[
            ["whole", "whole"],
            ["change", "changes since the call before"],
          ]}
          value={shown}
          onPick={onShow}
        />
      )}
      {shown === "change" && before !== undefined ? (
        <PromptChange call={call} before={before} />
      ) : (
        <Messages messages={call.messages} />
      )}
      {call.toolUses.length > 0 && (
        <>
          <h4>Tools it used</h4>
          <ol>
            {call.toolUses.map(({ name, input, output }, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: tool calls have no other name, and are not moved.
              <li key={place}>
                <strong>{name}</strong>
                <pre>{input}</pre>
                <p className="soft">gave</p>
                <pre>{output}</pre>
              </li>
            ))}
          </ol>
        </>
      )}
      <h4>What it wrote</h4>
      {call.text === "" ? (
        <p className="soft">Nothing.</p>
      ) : (
        <LongText label="What it wrote" className="reply" text={call.text} />
      )}
      {call.parsed !== undefined && (
        <details>
          <summary>Read as</summary>
          <LongText label="Read as" text={call.parsed} />
        </details>
      )}
      <h4>What was made of it</h4>
      {gain !== undefined && (
        <p>
          {gain > 0
            ? `It raised the best so far by ${formatDifference(metric, gain).slice(1)}.`
            : "It did not raise the best so far."}
        </p>
      )}
      {call.outcomes.length === 0 && <p>No trial came of this call.</p>}
      {call.outcomes.map((trial) => (
        <Outcome key={trial.number} trial={trial} />
      ))}
    </>
  );
}

/** The messages since the model's last answer are new; those before were shown in the calls before. */
function Messages({ messages }: { readonly messages: CallDetail["messages"] }) {
  const lastAnswer = messages.findLastIndex(({ role }) => role === "assistant");
  const earlier = messages.slice(0, lastAnswer + 1);
  return (
    <>
      {earlier.length > 0 && (
        <details>
          <summary>
            {earlier.length} earlier messages <span className="soft">(shown again with every call)</span>
          </summary>
          {earlier.map((message, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: messages have no other name, and are not moved.
            <Message key={place} message={message} />
          ))}
        </details>
      )}
      {messages.slice(lastAnswer + 1).map((message, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: as above.
        <Message key={place} message={message} />
      ))}
    </>
  );
}

/** A picture that the model saw, at the size that it had. */
function Picture({ image: { hash, width, height } }: { readonly image: MessageImage }) {
  const { detail } = useRunData();
  const [isGone, setGone] = useState(false);
  if (isGone) return <p className="soft">A picture that is not in the run's folder any more.</p>;
  return (
    <img
      className="shown"
      src={addressWithToken("GET /api/runs/:id/pictures/:hash", [detail.id, hash], {})}
      alt="Samples of the images, as the model was shown them"
      width={width}
      height={height}
      onError={() => setGone(true)}
    />
  );
}

function Message({
  message: { role, content, images = [] },
}: {
  readonly message: CallDetail["messages"][number];
}) {
  return (
    <div className={`message ${role === "assistant" ? "answer" : ""}`}>
      <p className="soft">{roleWords[role] ?? role}</p>
      {images.map((image) => (
        <Picture key={image.hash} image={image} />
      ))}
      <LongText label={`Message: ${roleWords[role] ?? role}`} text={content} />
    </div>
  );
}

function Outcome({ trial }: { readonly trial: CallDetail["outcomes"][number] }) {
  const { detail } = useRunData();
  const { predicted, score, repairedFrom, editedFrom } = trial;
  const first = editedFrom ?? repairedFrom;
  return (
    <div className="outcome">
      <p className="wrap">
        <a href={linkTo(["run", detail.id, "trials"], { trial: trial.number })}>Trial {trial.number}</a>:{" "}
        {trial.choices.length === 0 ? "no design could be read" : <code>{trial.key}</code>} –{" "}
        {score === undefined ? outcomeWords[trial.outcome] : `measured ${formatScore(detail.metric, score)}`}
        {predicted !== undefined && `, the model expected ${formatScore(detail.metric, predicted.score)}`}
        {predicted !== undefined &&
          score !== undefined &&
          ` (${formatChange(detail.metric, score - predicted.score)})`}
        .
      </p>
      {first !== undefined && (
        <p className="wrap">
          It wrote <code>{designName(detail, first)}</code>;{" "}
          {editedFrom !== undefined
            ? "a person changed it."
            : "that broke a limit, and was repaired to the nearest allowed design."}
        </p>
      )}
      {trial.why !== undefined && <p className="wrap">{trial.why}</p>}
      <WhyThisOne trial={trial} />
    </div>
  );
}
