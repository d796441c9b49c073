// Who designs the networks: the search by itself, a language model, or the person. A model has a price, which is said before
// anything is paid.
import { useId } from "react";
import type { StartForm } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { formatCount, formatUsd } from "../format.ts";
import { Pick } from "../ui/pieces.tsx";

export type Designer = "search" | "model" | "me";

const designers = [
  ["search", "the search"],
  ["model", "a language model"],
  ["me", "I do"],
] as const satisfies readonly (readonly [Designer, string])[];

const about: Readonly<Record<Designer, string>> = {
  search:
    "Hand-designed networks are trained first, then designs that should be better, predicted from all results so far. Costs nothing.",
  model: "A language model proposes, sees what came of it, and proposes again.",
  me: "You are asked for each design under “Your turn”, and see what came of it.",
};

interface DesignerQuestionProps {
  readonly form: StartForm;
  readonly designer: Designer;
  readonly onDesigner: (designer: Designer) => void;
  readonly model: string;
  readonly onModel: (model: string) => void;
  readonly calls: number;
  readonly error: string | undefined;
}

export function DesignerQuestion(props: DesignerQuestionProps) {
  const { form, designer, onDesigner, model, onModel, calls, error } = props;
  const id = useId();
  return (
    <>
      <Pick label="designer" isLabelled={false} options={designers} value={designer} onPick={onDesigner} />
      <p className="soft">{about[designer]}</p>
      {designer === "model" && (
        <div className="field wide">
          <label htmlFor={id}>model</label>
          <input
            id={id}
            list={`${id}-list`}
            value={model}
            autoComplete="off"
            spellCheck={false}
            placeholder="anthropic/…, openai/…, google/…, ollama/…"
            aria-invalid={error !== undefined}
            aria-describedby={`${id}-about`}
            onChange={(event) => onModel(event.target.value)}
          />
          <datalist id={`${id}-list`}>
            {form.models.map(({ usage, summary }) => (
              <option key={usage} value={usage}>
                {summary}
              </option>
            ))}
          </datalist>
          <p id={`${id}-about`} className={error === undefined ? "soft" : "error"}>
            {error ?? <Price model={model} calls={calls} />}
          </p>
        </div>
      )}
    </>
  );
}

function Price({ model, calls }: { readonly model: string; readonly calls: number }) {
  const isNamed = model.includes("/") && !model.endsWith("/");
  const asked = useAsked(
    isNamed ? (signal) => get("GET /api/form/price", { query: { model, calls }, signal }) : undefined,
    [model, calls],
  );
  if (!isNamed) return "Its key is read from the environment of genius dashboard.";
  if (asked.state !== "there") return "";
  const { usd, inputTokens, outputTokens } = asked.reply;
  const tokens = `${formatCount(inputTokens)} tokens read and ${formatCount(outputTokens)} written in ${calls} calls`;
  return usd === undefined
    ? `About ${tokens}; its price is not known.`
    : `About ${usd === 0 ? "nothing" : formatUsd(usd)}: ${tokens}.`;
}
