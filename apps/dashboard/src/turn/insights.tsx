// Remarks of a person that stand in every prompt from the next proposal on.
import { useId, useState } from "react";
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Act } from "../ui/pieces.tsx";

export function Insights({ canChange }: { readonly canChange: boolean }) {
  const { detail } = useRunData();
  const { insights } = detail.inForce;
  const [text, setText] = useState("");
  const id = useId();
  return (
    <section aria-label="Insights">
      <h3>Tell the model something</h3>
      {insights.length > 0 && (
        <>
          <p>It is told with every prompt:</p>
          {insights.map((insight) => (
            <blockquote key={insight}>{insight}</blockquote>
          ))}
        </>
      )}
      {canChange && (
        <>
          <div className="field">
            <label htmlFor={id}>an insight for the next prompts</label>
            <textarea id={id} rows={2} value={text} onChange={(event) => setText(event.target.value)} />
          </div>
          <p className="actions">
            <Act
              key={insights.length}
              label="Note it"
              isDisabled={text.trim() === ""}
              act={async () => {
                await post("POST /api/runs/:id/turns", {
                  places: [detail.id],
                  body: { kind: "insight", text: text.trim() },
                });
                setText("");
              }}
              done="it goes into the next prompt"
            />
          </p>
        </>
      )}
    </section>
  );
}
