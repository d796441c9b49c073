// The question that a model would have had, for a person to answer in its place: with the editor of designs, or as text where
// another model's answer is pasted; a space is written in the editor of texts. What was entered stays when the answer could not be used and the question comes again.
import { useId, useState } from "react";
import type { LiveState, TextCheck } from "../../../../src/dashboard/api.ts";
import { post } from "../api/client.ts";
import { choicesAt } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { metricWords } from "../format.ts";
import { exampleSpace } from "../text/kept-texts.ts";
import { TextEditor } from "../text/text-editor.tsx";
import { Act, Notice, Pick } from "../ui/pieces.tsx";
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

/** What is asked for, by the purpose of the question. */
function headingOf(purpose: string): string {
  if (/^space/.test(purpose)) return "You are the designer: write the space of this search";
  if (/^revised space/.test(purpose)) return "You are the designer: keep your space, or write another one";
  return `You are the designer: ${purpose}`;
}

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
        ...{ reason: "", guess: "", text: "", space: drafts.get(detail.id)?.space ?? exampleSpace },
      },
  );
  const change = (changed: Partial<Draft>) => {
    const next = { ...draft, ...changed };
    drafts.set(detail.id, next);
    setDraft(next);
  };
  const { form, choices, reason, guess, text, space } = draft;
  // A revision is of the space that was sent before.
  const isRevision = /^revised space/.test(question.purpose);
  const [sent] = useState(() => (isRevision ? drafts.get(detail.id)?.space : undefined));
  const [check, setCheck] = useState<TextCheck>();
  const expected = shareOf(guess);
  const isReady =
    form === "space"
      ? check?.kind === "space"
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

  const send = (answered: string) => {
    drafts.set(detail.id, draft);
    return post("POST /api/runs/:id/turns", {
      places: [detail.id],
      body: { kind: "answer", question: question.id, text: answered },
    });
  };

  const id = useId();
  const reasonField = (
    <div className="field">
      <label htmlFor={id}>{isSpace ? "why so? (optional)" : "why this one? (optional)"}</label>
      <textarea
        id={id}
        rows={2}
        value={reason}
        onChange={(event) => change({ reason: event.target.value })}
      />
    </div>
  );
  return (
    <section aria-label="A question for you" className="mine">
      <h3>{headingOf(question.purpose)}</h3>
      {isSpace && (
        <p>
          A network is a list of layers; where it has alternatives in braces it is a space of networks. The
          search trains some of them and hands over the best. Leave open what you are unsure of, and change
          the example into your own: its costs and its mistakes are shown as you type. The whole language and
          what is known of the task stand below.
        </p>
      )}
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
        <>
          <TextEditor
            label="the space, with alternatives in braces"
            text={space}
            original={sent}
            onChange={(next) => change({ space: next })}
            setting={{ run: detail.id }}
            isFolded
            onCheck={setCheck}
          />
          {check?.kind === "network" && (
            <Notice>
              It has no alternatives, so it is one network: write some in braces, as in conv {"{16|24}"} k
              {"{3|5}"}.
            </Notice>
          )}
          {reasonField}
        </>
      ) : form === "design" && isProposal ? (
        <>
          <DesignEditor choices={choices} from={start} onChange={(next) => change({ choices: next })} />
          <div className="fields">
            {reasonField}
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
          act={() => send(answer())}
          done="sent"
        />
        {isRevision && <Act label="Keep the space as it is" act={() => send("keep")} done="kept" />}
      </p>
      <details open={!isProposal}>
        <summary>
          {isSpace ? "The task, and the whole language" : "What is asked"}, in the words that a language model
          would be given
        </summary>
        <pre>{question.prompt}</pre>
      </details>
    </section>
  );
}
