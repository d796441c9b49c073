// A run: which network it found and how good that is, and below it one of the views of the run.
import type { ReactNode } from "react";
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { type RunData, RunProvider, useRun } from "../api/use-run.ts";
import { ConversationTab } from "../conversation/conversation-tab.tsx";
import { together } from "../format.ts";
import { NetworkTab } from "../network/network-tab.tsx";
import { StateBadge, StopOrResume } from "../pages/run-state.tsx";
import { linkTo } from "../router.ts";
import { TurnTab } from "../turn/turn-tab.tsx";
import { Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";
import { isWaiting, runTitle } from "../words.ts";
import { AboutTab } from "./about-tab.tsx";
import { Hero } from "./hero.tsx";
import { Notices } from "./notices.tsx";
import { Overview } from "./overview.tsx";
import { TrialsTab } from "./trials-tab.tsx";

interface RunPageProps {
  readonly id: string;
  readonly tab: string;
  readonly query: URLSearchParams;
  readonly mayChange: boolean;
}

const tabs: readonly {
  readonly name: string;
  readonly words: string;
  readonly show: (props: RunPageProps) => ReactNode;
}[] = [
  {
    name: "overview",
    words: "Overview",
    show: ({ tab, mayChange }) => <Overview part={tab} mayChange={mayChange} />,
  },
  {
    name: "trials",
    words: "Trials",
    show: ({ query, mayChange }) => <TrialsTab query={query} mayChange={mayChange} />,
  },
  {
    name: "network",
    words: "Network",
    show: ({ query, mayChange }) => <NetworkTab query={query} mayChange={mayChange} />,
  },
  { name: "conversation", words: "Conversation", show: ({ query }) => <ConversationTab query={query} /> },
  { name: "turn", words: "Your turn", show: ({ mayChange }) => <TurnTab mayChange={mayChange} /> },
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
  // An address may name a part of the overview.
  const shown = tabs.find(({ name }) => name === tab) ?? tabs[0]!;
  const isOverview = shown === tabs[0];
  return (
    <RunProvider value={run}>
      <Notices run={run} />
      <Title text={titleOf(run, isOverview ? undefined : shown.words)} />
      {isOverview ? <Hero run={run} mayChange={props.mayChange} /> : <Head run={run} {...props} />}
      <nav className="tabs" aria-label="Views of this run">
        {tabs
          .filter(({ name }) => name !== "conversation" || hasConversation(run))
          .map((each) => (
            <a
              key={each.name}
              href={linkTo(["run", id, each.name])}
              aria-current={each === shown ? "page" : undefined}
            >
              {each.words}
              {each.name === "turn" && isAsked(run) && <span className="badge warn">waits for you</span>}
            </a>
          ))}
      </nav>
      {!isOverview && <h2 className="hidden">{shown.words}</h2>}
      {shown.show(props)}
    </RunProvider>
  );
}

const hasConversation = ({ detail, calls }: RunData) =>
  detail.model !== undefined || detail.callCount > 0 || calls.length > 0;

const isAsked = ({ live }: RunData) => isWaiting(live);

/** What one must see of a run among many tabs of a browser: that it waits, how far it is, or how it ended. */
function titleOf(run: RunData, view: string | undefined): string {
  const { detail } = run;
  return [...(view === undefined ? [] : [view]), `${markOf(run)}${runTitle(detail)}`].join(", ");
}

function markOf(run: RunData): string {
  const { detail } = run;
  if (detail.state === "running") return isAsked(run) ? "waits for you: " : "";
  return detail.state === "finished" ? `${detail.headline?.main ?? "done"}: ` : "";
}

/** The head beside any view but the first: in two lines, so that the view has the room. */
function Head({ run, mayChange }: { readonly run: { readonly detail: RunDetail } } & RunPageProps) {
  const { detail } = run;
  const { best, headline } = detail;
  return (
    <div className="title">
      <h1 className="small">
        <bdi>{runTitle(detail)}</bdi>
      </h1>
      <StateBadge run={detail} />
      {best !== undefined && (
        <span className="soft">
          {best.name !== undefined && (
            <>
              <bdi>{best.name}</bdi>:{" "}
            </>
          )}
          {headline && together(headline.main)}
        </span>
      )}
      <div className="actions">
        <StopOrResume run={detail} mayChange={mayChange} />
      </div>
    </div>
  );
}
