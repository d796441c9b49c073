// Which trials and which of their columns are listed.
import { useId } from "react";
import { Pick } from "../ui/pieces.tsx";
import { numberIn, type TrialColumn, type TrialsWanted } from "./trial-columns.ts";

const outcomes = [
  ["all", "all"],
  ["scored", "scored"],
  ["trouble", "rejected, failed or changed"],
] as const;

interface TrialsFilterProps {
  readonly columns: readonly TrialColumn[];
  readonly wanted: TrialsWanted;
  readonly onChange: (wanted: TrialsWanted) => void;
  readonly shown: ReadonlySet<string>;
  readonly onShown: (shown: ReadonlySet<string>) => void;
}

export function TrialsFilter({ columns, wanted, onChange, shown, onShown }: TrialsFilterProps) {
  const id = useId();
  const bounded = Object.values(wanted.ranges).filter(({ min, max }) => `${min}${max}`.trim() !== "").length;
  return (
    <search>
      <div className="filters">
        <div className="field">
          <label htmlFor={`${id}-text`}>search</label>
          <input
            id={`${id}-text`}
            type="search"
            placeholder="design, outcome, proposer"
            value={wanted.text}
            onChange={(event) => onChange({ ...wanted, text: event.target.value })}
          />
        </div>
        <Pick
          label="show"
          options={outcomes}
          value={wanted.outcome}
          onPick={(outcome) => onChange({ ...wanted, outcome })}
        />
      </div>
      <div className="actions folds">
        <details>
          <summary>Ranges{bounded > 0 && ` (${bounded} in force)`}</summary>
          <div className="fields">
            {columns.map(({ key, words, range }) =>
              range === undefined ? null : (
                <Range
                  key={key}
                  words={range.unit === "" ? words : `${words} (${range.unit})`}
                  value={wanted.ranges[key] ?? { min: "", max: "" }}
                  onChange={(value) => onChange({ ...wanted, ranges: { ...wanted.ranges, [key]: value } })}
                />
              ),
            )}
          </div>
          {bounded > 0 && (
            <button type="button" onClick={() => onChange({ ...wanted, ranges: {} })}>
              Clear all ranges
            </button>
          )}
        </details>
        <details>
          <summary>
            Columns{" "}
            <span className="soft">
              ({columns.filter(({ key }) => shown.has(key)).length} of {columns.length})
            </span>
          </summary>
          <div className="fields">
            {columns.map(({ key, words }) => (
              <label key={key}>
                <input
                  type="checkbox"
                  checked={shown.has(key)}
                  onChange={(event) => {
                    const next = new Set(shown);
                    if (event.target.checked) next.add(key);
                    else next.delete(key);
                    onShown(next);
                  }}
                />{" "}
                {words}
              </label>
            ))}
          </div>
        </details>
      </div>
    </search>
  );
}

interface RangeProps {
  readonly words: string;
  readonly value: { readonly min: string; readonly max: string };
  readonly onChange: (value: RangeProps["value"]) => void;
}

function Range({ words, value, onChange }: RangeProps) {
  const end = (side: "min" | "max") => (
    <input
      aria-label={`${side === "min" ? "min." : "max."} ${words}`}
      placeholder={side === "min" ? "min." : "max."}
      inputMode="decimal"
      autoComplete="off"
      value={value[side]}
      aria-invalid={value[side].trim() !== "" && numberIn(value[side]) === undefined}
      onChange={(event) => onChange({ ...value, [side]: event.target.value })}
    />
  );
  return (
    <fieldset className="range">
      <legend>{words}</legend>
      {end("min")}
      {end("max")}
    </fieldset>
  );
}
