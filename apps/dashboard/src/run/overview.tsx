// What a run is doing now, and then its story: the best so far, what it costs, how networks learned, what the decisions were
// worth, and the conversation. The same order as in the report.
import type { ReactNode } from "react";
import { useRunData } from "../api/use-run.ts";
import { metricTitle } from "../format.ts";
import { linkTo } from "../router.ts";
import { Later } from "../ui/later.tsx";
import { callsInWords } from "../words.ts";
import { BaselinesOffer } from "./baselines-offer.tsx";
import { BestSoFar } from "./best-so-far-chart.tsx";
import { CostPart } from "./cost-part.tsx";
import { DecisionsPart } from "./decisions-part.tsx";
import { LearningPart } from "./learning-part.tsx";
import { LivePanel } from "./live-panel.tsx";
import { Standing } from "./standing.tsx";
import { TradeOffPart } from "./trade-off-part.tsx";

/** Parts that an address may lead to: `#/run/ID/cost`. */
export const parts = ["progress", "cost", "trade-off", "learning", "decisions"] as const;

export function Overview({ part, mayChange }: { readonly part: string; readonly mayChange: boolean }) {
  const { detail, calls } = useRunData();
  // Before the first design is scored, there is nothing to draw of any: said once.
  const isBegun = detail.best !== undefined;
  const later = (id: (typeof parts)[number], title: string, height: number, children: ReactNode) => (
    <Later id={id} title={title} isWanted={part === id} height={height}>
      {children}
    </Later>
  );
  return (
    <>
      <LivePanel />
      <Search mayChange={mayChange} />
      {isBegun && later("cost", `${metricTitle(detail.metric)} and cost`, 640, <CostPart />)}
      {isBegun && later("trade-off", "Trade-offs", 640, <TradeOffPart mayChange={mayChange} />)}
      {!detail.tabular && later("learning", "Learning curves", 560, <LearningPart />)}
      {later("decisions", "Decisions", isBegun ? 800 : 100, <DecisionsPart />)}
      {detail.callCount > 0 && (
        <section className="story" aria-labelledby="talk-title">
          <h2 id="talk-title">The conversation</h2>
          <p>
            {callsInWords(detail, calls)}:{" "}
            <a href={linkTo(["run", detail.id, "conversation"])}>what it was asked and what it answered</a>.
          </p>
        </section>
      )}
    </>
  );
}

function Search({ mayChange }: { readonly mayChange: boolean }) {
  const { detail, hasTrials } = useRunData();
  return (
    <section className="story" aria-labelledby="search-title">
      <h2 id="search-title">The search</h2>
      <BestSoFar />
      {!hasTrials && (
        <p className="soft" role="status">
          Loading the trials…
        </p>
      )}
      <Standing detail={detail} />
      {detail.verdict?.kind !== "none" && <BaselinesOffer mayChange={mayChange} />}
    </section>
  );
}
