// A design as a row of choices, one a decision, that a person may change. Says at once what the network would cost and
// which limits it would break, as the server counts it.
import { type CSSProperties, useDeferredValue, useId } from "react";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { formatCount, formatScore } from "../format.ts";
import { digitsOf } from "../network/network-of-design.tsx";
import { NetworkPicture } from "../network/network-picture.tsx";
import { Answer } from "../ui/pieces.tsx";

interface DesignEditorProps {
  readonly choices: readonly number[];
  /** What it started from: changed decisions are marked. */
  readonly from: readonly number[];
  readonly onChange: (choices: readonly number[]) => void;
}

/** So many letters of an option can be read in a list as wide as a telephone; of a longer one all is said below the list. */
const lettersOfNarrow = 28;

export function DesignEditor({ choices, from, onChange }: DesignEditorProps) {
  const { detail } = useRunData();
  const { decisions = [] } = detail;
  const longest = Math.max(0, ...decisions.flatMap(({ options }) => options.map(({ length }) => length)));
  const id = useId();
  const shown = useDeferredValue(digitsOf(choices, detail.firstDigit));
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/network", { places: [detail.id], query: { choices: shown }, signal }),
    [detail.id, shown],
  );
  return (
    <>
      <div className="fields design" style={{ "--letters": longest } as CSSProperties}>
        {decisions.map(({ name, options, meaning }, place) => (
          <div className={`field${choices[place] === from[place] ? "" : " changed"}`} key={name}>
            <label htmlFor={`${id}-${place}`} title={meaning}>
              {name}
              {choices[place] !== from[place] && <span className="badge warn">changed</span>}
            </label>
            <select
              id={`${id}-${place}`}
              value={choices[place]}
              onChange={(event) =>
                onChange(
                  choices.map((choice, other) => (other === place ? Number(event.target.value) : choice)),
                )
              }
            >
              {options.map((option, index) => (
                <option key={option} value={index}>
                  {option}
                </option>
              ))}
            </select>
            {(options[choices[place] ?? -1]?.length ?? 0) > lettersOfNarrow && (
              <p className="soft chosen">{options[choices[place] ?? -1]}</p>
            )}
          </div>
        ))}
      </div>
      <Answer asked={asked}>
        {(view) => (
          <>
            <p role="status">
              <code>{view.key}</code>: {formatCount(view.paramCount)} parameters, {formatCount(view.macCount)}
              {"\u00a0MACs"}
              {view.trial !== undefined && `; tried before, as trial ${view.trial}`}
              {view.score !== undefined && ` (${formatScore(detail.metric, view.score)})`}
              {view.violations.length > 0 && (
                <span className="error">; breaks a limit: {view.violations.join("; ")}</span>
              )}
              .
            </p>
            <details>
              <summary>Its network</summary>
              <NetworkPicture stages={view.stages} input={view.inputShape} />
            </details>
          </>
        )}
      </Answer>
    </>
  );
}
