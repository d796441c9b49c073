// The prompt that a model would have had, for a person to answer in its place.
import { useId, useState } from "react";
import type { LiveState } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Act } from "../ui/pieces.tsx";

export function AnswerQuestion({ question }: { readonly question: NonNullable<LiveState["question"]> }) {
  const { detail } = useRunData();
  const [text, setText] = useState("");
  const id = useId();
  return (
    <section aria-label="A question for you" className="mine">
      <h3>You are the designer: {question.purpose}</h3>
      <p className="soft">
        This is what a language model would have been asked. Answer as it asks, or paste another model's
        answer.
      </p>
      <pre>{question.prompt}</pre>
      <div className="field">
        <label htmlFor={id}>your answer</label>
        <textarea id={id} rows={6} value={text} onChange={(event) => setText(event.target.value)} />
      </div>
      <p className="actions">
        <Act
          label="Send the answer"
          className="main"
          isDisabled={text.trim() === ""}
          act={() =>
            post("POST /api/runs/:id/turns", {
              places: [detail.id],
              body: { kind: "answer", question: question.id, text },
            })
          }
          done="sent"
        />
      </p>
    </section>
  );
}
