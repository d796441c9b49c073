// A proposal that waits for the person: its reason, and its choices to be changed before it is let go.
import { useState } from "react";
import type { LiveState } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { formatScore, metricWords } from "../format.ts";
import { Act } from "../ui/pieces.tsx";
import { DesignEditor } from "./design-editor.tsx";
import { PercentField, shareOf } from "./percent-field.tsx";

export function HeldProposal({ held }: { readonly held: NonNullable<LiveState["held"]> }) {
  const { detail } = useRunData();
  const [choices, setChoices] = useState(held.choices);
  const [guess, setGuess] = useState("");
  const isChanged = choices.some((choice, place) => choice !== held.choices[place]);
  const predicted01 = shareOf(guess);
  return (
    <section aria-label="A proposal that waits for you" className="mine">
      <h3>Trial {held.trial} waits for you</h3>
      <p>
        {held.by} proposes <code>{held.key}</code>
        {held.predicted !== undefined && `, and expects ${formatScore(detail.metric, held.predicted.score)}`}.
      </p>
      {held.rationale !== undefined && (
        <div className="claim">
          <p>
            <strong>Its reason</strong> <span className="badge">a claim, not a finding</span>
          </p>
          <blockquote>{held.rationale}</blockquote>
        </div>
      )}
      {held.choices.length > 0 && (
        <DesignEditor choices={choices} from={held.choices} onChange={setChoices} />
      )}
      <div className="fields">
        <PercentField
          label={`what ${metricWords(detail.metric)} do you expect? (optional)`}
          value={guess}
          onChange={setGuess}
        />
      </div>
      <p className="actions">
        <Act
          label={isChanged ? "Evaluate my version" : "Evaluate it as it is"}
          className="main"
          isDisabled={guess.trim() !== "" && predicted01 === undefined}
          act={() =>
            post("POST /api/runs/:id/turns", {
              places: [detail.id],
              body: {
                kind: "release",
                trial: held.trial,
                ...(isChanged && { choices }),
                ...(predicted01 !== undefined && { predicted01 }),
              },
            })
          }
          done="let go"
        />
        {isChanged && (
          <button type="button" onClick={() => setChoices(held.choices)}>
            As it was proposed
          </button>
        )}
      </p>
    </section>
  );
}
