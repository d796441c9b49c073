// A run: its head with what matters most, and below it one of the views of the run.
import type { ReactNode } from "react";
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { type RunData, RunProvider, useRun } from "../api/use-run.ts";
import { ConversationTab } from "../conversation/conversation-tab.tsx";
import { formatCount, formatDuration, formatUsd, metricTitle, metricWords, plural } from "../format.ts";
import { NetworkTab } from "../network/network-tab.tsx";
import { StateBadge, StopOrResume } from "../pages/runs-page.tsx";
import { linkTo } from "../router.ts";
import { TurnTab } from "../turn/turn-tab.tsx";
import { Cards, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";
import { limitsInWords, modelName, runName } from "../words.ts";
import { AboutTab } from "./about-tab.tsx";
import { CostTab } from "./cost-tab.tsx";
import { DecisionsTab } from "./decisions-tab.tsx";
import { LearningTab } from "./learning-tab.tsx";
import { ProgressTab } from "./progress-tab.tsx";
import { TrialsTab } from "./trials-tab.tsx";

interface RunPageProps {
  readonly id: string;
  readonly tab: string;
  readonly query: URLSearchParams;
  readonly mayChange: boolean;
}

const tabs: readonly {
  readonly name: string;
  readonly words: string | ((detail: RunDetail) => string);
  readonly show: (props: RunPageProps) => ReactNode;
}[] = [
  { name: "progress", words: "Progress", show: () => <ProgressTab /> },
  { name: "cost", words: ({ metric }) => `${metricTitle(metric)} and cost`, show: () => <CostTab /> },
  { name: "learning", words: "Learning curves", show: () => <LearningTab /> },
  { name: "decisions", words: "Decisions", show: () => <DecisionsTab /> },
  { name: "trials", words: "Trials", show: ({ query }) => <TrialsTab query={query} /> },
  { name: "network", words: "Network", show: ({ query }) => <NetworkTab query={query} /> },
  { name: "conversation", words: "Conversation", show: ({ query }) => <ConversationTab query={query} /> },
  {
    name: "turn",
    words: "Your turn",
    show: ({ mayChange }) => <TurnTab mayChange={mayChange} />,
  },
  { name: "about", words: "Settings and files", show: () => <AboutTab /> },
];

export function RunPage(props: RunPageProps) {
  const { id, tab } = props;
  const run = useRun(id);
  if (run === undefined)
    return (
      <p className="soft" role="status">
        Opening the run…
      </p>
    );
  if ("problem" in run)
    return (
      <>
        <Title text="A run that cannot be shown" />
        <h1>This run cannot be shown</h1>
        <Notice>{run.problem}</Notice>
        <p>
          <a href={linkTo([])}>All runs</a>
        </p>
      </>
    );
  const shown = tabs.find(({ name }) => name === tab) ?? tabs[0]!;
  const wordsOf = ({ words }: (typeof tabs)[number]) =>
    typeof words === "string" ? words : words(run.detail);
  return (
    <RunProvider value={run}>
      <Head run={run} mayChange={props.mayChange} />
      <nav className="tabs" aria-label="Views of this run">
        {tabs.map((each) => (
          <a
            key={each.name}
            href={linkTo(["run", id, each.name])}
            aria-current={each === shown ? "page" : undefined}
          >
            {wordsOf(each)}
            {each.name === "turn" && isAsked(run) && <span className="badge warn">asked</span>}
          </a>
        ))}
      </nav>
      <Title text={`${wordsOf(shown)}, ${runName(run.detail)}`} />
      <h2 className="hidden">{wordsOf(shown)}</h2>
      {shown.show(props)}
    </RunProvider>
  );
}

const isAsked = ({ live }: RunData) => live?.question !== undefined || live?.held !== undefined;

function Head({ run, mayChange }: { readonly run: RunData; readonly mayChange: boolean }) {
  const { detail, isConnected } = run;
  const { best, metric, spent } = detail;
  const asked = `; limits: ${limitsInWords(detail.limits)}; ${plural(detail.budget, "evaluation")}, seed ${detail.seed}${detail.model === undefined ? "" : `; ${modelName(detail.model)}`}`;
  return (
    <>
      <div className="title">
        <h1>{runName(detail)}</h1>
        <StateBadge run={detail} />
        {detail.state === "running" && !isConnected && <span className="badge warn">not connected</span>}
        <div className="actions">
          <StopOrResume run={detail} mayChange={mayChange} />
        </div>
      </div>
      <p className="soft wrap">
        Asked for: <bdi>{detail.task || detail.dataset}</bdi>
        {asked}.
      </p>
      {detail.problem !== undefined && <Notice>{detail.problem}</Notice>}
      {detail.warnings.map((warning) => (
        <Notice key={warning}>{warning}</Notice>
      ))}
      <Cards
        entries={[
          ["best network", best === undefined ? "none yet" : <code key="key">{best.key}</code>],
          [
            metricWords(metric),
            detail.headline && (
              <span key="headline">
                {detail.headline.main}
                {detail.headline.details.map((words) => (
                  <small key={words} className="detail">
                    {words}
                  </small>
                ))}
              </span>
            ),
          ],
          ["parameters, MACs", best && `${formatCount(best.paramCount)}, ${formatCount(best.macCount)}`],
          [
            "spent",
            `${detail.evaluations.toLocaleString("en")} of ${plural(detail.budget, "evaluation")}, ${formatDuration(spent.elapsedMs)}`,
          ],
          [
            "the model",
            spent.calls === 0
              ? undefined
              : `${plural(spent.calls, "call")}, ${formatCount(spent.inputTokens + spent.outputTokens)} tokens, ${spent.usd === undefined ? "price not known" : formatUsd(spent.usd)}${spent.replayed ? " (recorded)" : ""}`,
          ],
        ]}
      />
      {detail.chance !== undefined && <Notice>{detail.chance}</Notice>}
      {detail.beside !== undefined && <Notice>{detail.beside.join(" ")}</Notice>}
      {detail.selectedOn === "test" && (
        <Notice>Selected on test data: the table has no other accuracy. Such figures are optimistic.</Notice>
      )}
    </>
  );
}
