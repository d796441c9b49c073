// What the model says it has learned, which stands in its next prompts, and a person's edit of it.
import { useId, useState } from "react";
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Act } from "../ui/pieces.tsx";

const maxCharacters = 500;

export function Lessons({ canChange }: { readonly canChange: boolean }) {
  const { detail } = useRunData();
  const { lessons } = detail.inForce;
  const current = lessons?.text ?? "";
  const [draft, setDraft] = useState<string>();
  const id = useId();
  const text = draft ?? current;
  return (
    <section aria-label="Lessons">
      <h3>What the model says it learned</h3>
      {current === "" ? (
        <p className="soft">Nothing yet: it writes its lessons with each reply.</p>
      ) : (
        <>
          <p>{lessons?.isEdited ? "As it was edited last." : "A claim of the model, not a finding."}</p>
          <blockquote>{current}</blockquote>
        </>
      )}
      {canChange && (
        <>
          <div className="field">
            <label htmlFor={id}>lessons for the next prompts</label>
            <textarea
              id={id}
              rows={4}
              maxLength={maxCharacters}
              value={text}
              onChange={(event) => setDraft(event.target.value)}
            />
          </div>
          <p className="actions">
            <Act
              key={current}
              label="Use these lessons"
              isDisabled={text.trim() === current}
              act={async () => {
                await post("POST /api/runs/:id/turns", {
                  places: [detail.id],
                  body: { kind: "lessons", text: text.trim() },
                });
                setDraft(undefined);
              }}
              done="from the next prompt on"
            />
          </p>
        </>
      )}
    </section>
  );
}
