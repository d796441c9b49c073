// A person's turn: answering as the designer, changing a proposal before it is evaluated, pinning or forbidding options,
// adding a design, leaving an insight for the next prompt, editing the model's lessons, and guessing before looking.
import type { Turn } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { plural } from "../format.ts";
import { Act, Notice } from "../ui/pieces.tsx";
import { AddTrial } from "./add-trial.tsx";
import { AllowedOptions } from "./allowed-options.tsx";
import { AnswerQuestion } from "./answer-question.tsx";
import { GuessFirst } from "./guess-first.tsx";
import { HeldProposal } from "./held-proposal.tsx";
import { Insights } from "./insights.tsx";
import { Lessons } from "./lessons.tsx";

export function TurnTab({ mayChange }: { readonly mayChange: boolean }) {
  const { detail, live } = useRunData();
  const { turns, inForce } = detail;
  const isRunning = detail.state === "running";
  const can = (kind: Turn["kind"]) => mayChange && isRunning && turns.includes(kind);
  return (
    <>
      {!isRunning && (
        <p className="soft">
          The run has {detail.state === "finished" ? "ended" : "stopped. Resume it to take part"}; guessing
          works with any run.
        </p>
      )}
      {inForce.waiting.length > 0 && (
        <Notice>
          {plural(inForce.waiting.length, "turn")} (
          {inForce.waiting.map(({ kind }) => turnWords[kind]).join(", ")}) will be taken up at the next
          proposal.
        </Notice>
      )}
      {live?.question !== undefined && mayChange && (
        <AnswerQuestion key={live.question.id} question={live.question} />
      )}
      {live?.held !== undefined && mayChange && <HeldProposal key={live.held.trial} held={live.held} />}
      {can("hold") && (
        <section aria-label="Hold proposals">
          <h3>Look at each proposal before it is evaluated</h3>
          <p>
            {inForce.hold
              ? "From the next proposal on, each waits here until you let it go, as it is or changed."
              : "Proposals are evaluated as they come."}
          </p>
          <p className="actions">
            <Act
              key={String(inForce.hold)}
              label={inForce.hold ? "Hold no longer" : "Hold every proposal"}
              act={() =>
                post("POST /api/runs/:id/turns", {
                  places: [detail.id],
                  body: { kind: "hold", on: !inForce.hold },
                })
              }
              done="from the next proposal on"
            />
          </p>
        </section>
      )}
      <div className="columns">
        {(can("allow") || inForce.allowed.length > 0) && <AllowedOptions canChange={can("allow")} />}
        <div>
          {can("trial") && <AddTrial />}
          {(can("lessons") || inForce.lessons !== undefined) && <Lessons canChange={can("lessons")} />}
          {(can("insight") || inForce.insights.length > 0) && <Insights canChange={can("insight")} />}
        </div>
      </div>
      <GuessFirst mayChange={mayChange} />
    </>
  );
}

const turnWords: Readonly<Record<Turn["kind"], string>> = {
  answer: "an answer",
  insight: "an insight",
  lessons: "edited lessons",
  trial: "a design",
  allow: "allowed options",
  hold: "holding",
  release: "a release",
  finish: "the end of the search",
};
