// The question that a model would have had, for a person to answer in its place: with the editor of designs, or as text where
// another model's answer is pasted; a space is written in the editor of texts. What was entered stays when the answer could not be used and the question comes again.
import { useId, useState } from "react";
import type { LiveState } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { choicesAt } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { metricWords } from "../format.ts";
import { exampleText } from "../text/kept-texts.ts";
import { TextEditor } from "../text/text-editor.tsx";
import { Act, Pick } from "../ui/pieces.tsx";
import { DesignEditor } from "./design-editor.tsx";
import { PercentField, shareOf } from "./percent-field.tsx";

type Form = "design" | "text" | "space";

interface Draft {
  readonly form: Form;
  readonly choices: readonly number[];
  readonly reason: string;
  readonly guess: string;
  readonly text: string;
  /** A text of the language. */
  readonly space: string;
}

/** By run: a question that is asked again is another one for the server. */
const drafts = new Map<string, Draft>();

const forms = [
  ["design", "choose a design"],
  ["text", "paste text"],
] as const satisfies readonly (readonly [Form, string])[];

const spaceForms = [
  ["space", "write it here"],
  ["text", "paste text"],
] as const satisfies readonly (readonly [Form, string])[];

export function AnswerQuestion({ question }: { readonly question: NonNullable<LiveState["question"]> }) {
  const { detail, trials } = useRunData();
  const decisions = detail.decisions ?? [];
  const isProposal = /^proposal/.test(question.purpose) && decisions.length > 0;
  const isSpace = /^(revised )?space/.test(question.purpose);
  const isAgain = /again|repaired|corrected/.test(question.purpose);
  const best = detail.best === undefined ? undefined : trials.columns.rowOf.get(detail.best.trial);
  const known = best === undefined ? [] : choicesAt(trials, best);
  const start = known.length === decisions.length ? known : decisions.map(() => 0);
  const [draft, setDraft] = useState<Draft>(
    () =>
      (isAgain ? drafts.get(detail.id) : undefined) ?? {
        form: isProposal ? "design" : isSpace ? "space" : "text",
        choices: start,
        ...{ reason: "", guess: "", text: "", space: drafts.get(detail.id)?.space ?? exampleText },
      },
  );
  const change = (changed: Partial<Draft>) => {
    const next = { ...draft, ...changed };
    drafts.set(detail.id, next);
    setDraft(next);
  };
  const { form, choices, reason, guess, text, space } = draft;
  // A revision is of the space that was sent before.
  const [sent] = useState(() =>
    /^revised space/.test(question.purpose) ? drafts.get(detail.id)?.space : undefined,
  );
  const expected = shareOf(guess);
  const isReady =
    form === "space"
      ? space.trim() !== ""
      : form === "text"
        ? text.trim() !== ""
        : guess.trim() === "" || expected !== undefined;
  const answer = () =>
    form === "space"
      ? `${reason}\n\`\`\`text\n${space.trimEnd()}\n\`\`\`\n`
      : form === "text"
        ? text
        : JSON.stringify({
            ...(reason.trim() !== "" && { reason }),
            choices: choices.map((choice) => choice + detail.firstDigit),
            ...(expected !== undefined && { [detail.metric.name]: Number((100 * expected).toFixed(4)) }),
          });

  const id = useId();
  return (
    <section aria-label="A question for you" className="mine">
      <h3>You are the designer: {question.purpose}</h3>
      {isAgain && (
        <p className="error">The answer before could not be used as it was: the prompt says why.</p>
      )}
      {isProposal && (
        <Pick label="answer" options={forms} value={form} onPick={(next) => change({ form: next })} />
      )}
      {isSpace && (
        <Pick label="answer" options={spaceForms} value={form} onPick={(next) => change({ form: next })} />
      )}
      {form === "space" && isSpace ? (
        <TextEditor
          label="the space, with alternatives in braces"
          text={space}
          original={sent}
          onChange={(next) => change({ space: next })}
          setting={{ run: detail.id }}
        />
      ) : form === "design" && isProposal ? (
        <>
          <DesignEditor choices={choices} from={start} onChange={(next) => change({ choices: next })} />
          <div className="fields">
            <div className="field">
              <label htmlFor={id}>why this one? (optional)</label>
              <textarea
                id={id}
                rows={2}
                value={reason}
                onChange={(event) => change({ reason: event.target.value })}
              />
            </div>
            <PercentField
              label={`what ${metricWords(detail.metric)} do you expect? (optional)`}
              value={guess}
              onChange={(next) => change({ guess: next })}
            />
          </div>
        </>
      ) : (
        <div className="field">
          <label htmlFor={id}>your answer</label>
          <textarea
            id={id}
            rows={6}
            value={text}
            onChange={(event) => change({ text: event.target.value })}
          />
        </div>
      )}
      <p className="actions">
        <Act
          label={
            form === "design" && isProposal
              ? "Send this design"
              : form === "space"
                ? "Send this space"
                : "Send the answer"
          }
          className="main"
          isDisabled={!isReady}
          act={() => {
            drafts.set(detail.id, draft);
            return post("POST /api/runs/:id/turns", {
              places: [detail.id],
              body: { kind: "answer", question: question.id, text: answer() },
            });
          }}
          done="sent"
        />
      </p>
      <details open={!isProposal}>
        <summary>What a language model would be asked</summary>
        <pre>{question.prompt}</pre>
      </details>
    </section>
  );
}
