// A design of the person's own, put in as a trial. It starts from the best one, as most ideas do.
import { useId, useState } from "react";
import { post } from "../api/client.ts";
import { choicesAt } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { metricWords } from "../format.ts";
import { Act } from "../ui/pieces.tsx";
import { DesignEditor } from "./design-editor.tsx";
import { PercentField, shareOf } from "./percent-field.tsx";

export function AddTrial() {
  const { detail, trials } = useRunData();
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h3 className="inline">Add a design of your own</h3>
      </summary>
      {isOpen && <Editor start={startOf(detail.best?.trial)} />}
    </details>
  );

  function startOf(best: number | undefined): readonly number[] {
    const row = best === undefined ? undefined : trials.columns.rowOf.get(best);
    const choices = row === undefined ? [] : choicesAt(trials, row);
    // The best may be a network from outside the space, which has no choices.
    return choices.length > 0 ? choices : (detail.decisions ?? []).map(() => 0);
  }
}

function Editor({ start }: { readonly start: readonly number[] }) {
  const { detail } = useRunData();
  const [from] = useState(start);
  const [choices, setChoices] = useState(start);
  const [reason, setReason] = useState("");
  const [guess, setGuess] = useState("");
  const id = useId();
  const predicted01 = shareOf(guess);
  return (
    <>
      <p className="soft">
        It starts from the best network so far. It costs an evaluation as any other, and the search learns
        from it.
      </p>
      <DesignEditor choices={choices} from={from} onChange={setChoices} />
      <div className="fields">
        <div className="field">
          <label htmlFor={id}>why this one? (optional)</label>
          <textarea id={id} rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
        </div>
        <PercentField
          label={`what ${metricWords(detail.metric)} do you expect? (optional)`}
          value={guess}
          onChange={setGuess}
        />
      </div>
      <p className="actions">
        <Act
          label="Add the trial"
          className="main"
          isDisabled={guess.trim() !== "" && predicted01 === undefined}
          act={() =>
            post("POST /api/runs/:id/turns", {
              places: [detail.id],
              body: {
                kind: "trial",
                choices,
                ...(reason.trim() !== "" && { reason }),
                ...(predicted01 !== undefined && { predicted01 }),
              },
            })
          }
          done="it will be the next trial"
        />
      </p>
    </>
  );
}
