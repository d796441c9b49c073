// The head of a run's page, as of a product: which network, how good it is and better than what, what it costs, and where to
// get it. The network's name says what it is; its key, which nobody can read, comes last.
import type { ReactNode } from "react";
import type { RunDetail, Verdict } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import type { RunData } from "../api/use-run.ts";
import { formatCount, formatDuration, formatTime, formatUsd, plural, together } from "../format.ts";
import { StateBadge, StopOrResume } from "../pages/run-state.tsx";
import { linkTo } from "../router.ts";
import { Notice } from "../ui/pieces.tsx";
import { TimeLeft } from "../ui/time-left.tsx";
import {
  callsInWords,
  isWaiting,
  limitsInWords,
  memoryOf,
  modelName,
  runTitle,
  stateWords,
  waitsWords,
} from "../words.ts";
import { BaselinesOffer } from "./baselines-offer.tsx";
import { Downloads } from "./downloads.tsx";
import { ProgramsNotice } from "./programs-notice.tsx";
import { Thumbnail } from "./thumbnail.tsx";

interface HeroProps {
  readonly run: RunData;
  readonly mayChange: boolean;
}

export function Hero({ run, mayChange }: HeroProps) {
  const { detail, isConnected } = run;
  const { best, headline, verdict } = detail;
  return (
    <>
      <p className="kicker">
        <bdi>{runTitle(detail)}</bdi> <StateBadge run={detail} />
        {isWaiting(run.live) && (
          <a className="badge warn" href={linkTo(["run", detail.id, "turn"])}>
            {waitsWords}
          </a>
        )}
        {detail.state === "running" && !isConnected && <span className="badge warn">not connected</span>}
      </p>
      <div className={best === undefined ? "hero bare" : "hero"}>
        {best !== undefined && detail.decisions !== undefined && <Picture detail={detail} />}
        <div className="what">
          <h1>
            <bdi>{nameOfBest(detail)}</bdi>
          </h1>
          {headline !== undefined && (
            <p className="headline">
              <strong>{together(headline.main)}</strong>
              {headline.details.map((words) => (
                <span key={words} className="soft">
                  {together(words)}
                </span>
              ))}
            </p>
          )}
          {verdict !== undefined && <VerdictLine verdict={verdict} />}
          {detail.beside
            ?.filter((words) => words !== verdict?.words)
            .map((words) => (
              <p key={words} className="soft">
                {together(words)}
              </p>
            ))}
          {verdict?.kind === "none" && <BaselinesOffer mayChange={mayChange} />}
        </div>
        <div className="get">
          <Downloads />
          <StopOrResume run={detail} mayChange={mayChange} />
        </div>
      </div>
      <Facts run={run} />
      <ProgramsNotice mayChange={mayChange} />
      {detail.chance !== undefined && <Notice>{together(detail.chance)}</Notice>}
      {detail.problem !== undefined && <Notice>{detail.problem}</Notice>}
      {detail.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      {detail.selectedOn === "test" && (
        <Notice>Selected on test data: the table has no other figure. Such figures are optimistic.</Notice>
      )}
    </>
  );
}

function nameOfBest({ best, state }: RunDetail): string {
  if (best === undefined) return state === "running" ? "No network yet" : "No network";
  return together(
    best.name ?? `The network of trial ${best.trial}, ${formatCount(best.paramCount)} parameters`,
  );
}

function Picture({ detail }: Pick<RunData, "detail">) {
  const trial = detail.best?.trial;
  const asked = useAsked(
    trial === undefined || detail.decisions === undefined
      ? undefined
      : (signal) => get("GET /api/runs/:id/network", { places: [detail.id], query: { trial }, signal }),
    [detail.id, trial, detail.decisions === undefined],
  );
  if (trial === undefined) return null;
  return (
    <a className="picture" href={linkTo(["run", detail.id, "network"], { trial })}>
      {asked.state === "there" && <Thumbnail stages={asked.reply.stages} />}
      <span>Its blocks</span>
    </a>
  );
}

const marks: Readonly<Record<Verdict["kind"], string>> = { better: "✓", unclear: "≈", worse: "✗", none: "–" };

function VerdictLine({ verdict: { kind, words } }: { readonly verdict: Verdict }) {
  return (
    <p className={`verdict ${kind}`}>
      <span aria-hidden="true">{marks[kind]}</span> {together(words)}
    </p>
  );
}

/** What the network costs, and what finding it did. */
function Facts({ run: { detail, live, calls } }: Pick<HeroProps, "run">) {
  const { best, spent, trained, result } = detail;
  const endsAt = detail.state === "running" ? (live?.time?.endsAt ?? detail.endsAt) : undefined;
  const elapsed = spent.elapsedMs === 0 ? "" : `, ${formatDuration(spent.elapsedMs)}`;
  const length =
    detail.minutes === undefined
      ? `${detail.evaluations.toLocaleString("en")} of ${plural(detail.budget, "evaluation")}${elapsed}`
      : together(
          `${plural(detail.evaluations, "evaluation")} in ${formatDuration(spent.elapsedMs)} of ${detail.minutes} min`,
        );
  const facts: readonly (readonly [string, ReactNode])[] = [
    ["parameters", best && formatCount(best.paramCount)],
    ["MACs for one image", best && formatCount(best.macCount)],
    ["RAM, flash on the device", best && memoryOf(best)],
    [
      "one image, here",
      trained?.latencyMs === undefined ? undefined : together(`${trained.latencyMs.toFixed(2)} ms`),
    ],
    ["model.onnx", trained?.modelBytes === undefined ? undefined : bytes(trained.modelBytes)],
    ["limits", limitsInWords(detail.limits)],
    ["search", length],
    ["until done", endsAt && <TimeLeft endsAt={endsAt} />],
    ["done", detail.state === "running" ? undefined : result && formatTime(result.time)],
    [
      stateWords[detail.state],
      detail.state === "stopped" || detail.state === "failed" ? formatTime(detail.changedAt) : undefined,
    ],
    [
      "language model",
      spent.calls === 0 && detail.model === undefined
        ? undefined
        : `${detail.model === undefined ? "" : `${modelName(detail.model)}, `}${modelSpent(spent, callsInWords(detail, calls))}`,
    ],
    ["design", isNamedAs(best) ? undefined : best?.key],
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === "" ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{name === "design" ? <code>{value}</code> : <bdi>{value}</bdi>}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A network from outside the space has no key but its name, which is the title. */
const isNamedAs = (best: RunDetail["best"]) => {
  const [first = ""] = best?.key.split(" ") ?? [];
  return first !== "" && best?.name?.split(/[ ,]/)[0] === first;
};

function modelSpent(
  { calls, inputTokens, outputTokens, usd, replayed }: RunDetail["spent"],
  callWords: string,
): string {
  if (calls === 0) return "no call yet";
  const price = usd === undefined ? "price not known" : formatUsd(usd);
  return `${callWords}, ${formatCount(inputTokens + outputTokens)} tokens, ${price}${replayed ? " (recorded)" : ""}`;
}

const bytes = (count: number) =>
  count < 1000 ? `${count} bytes` : formatCount(count).replace(/([kMG])$/, " $1B");
