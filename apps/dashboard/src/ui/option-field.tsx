// A field made from an option's schema, as the server describes it: the same names, defaults and words as on the command
// line.
import { useId } from "react";
import type { OptionField } from "../../../../src/dashboard/api.ts";

export type OptionValue = string | boolean;

interface FieldProps {
  readonly option: OptionField;
  /** As it stands in the field; undefined: untouched, the default holds. */
  readonly value: OptionValue | undefined;
  readonly onChange: (value: OptionValue | undefined) => void;
  /** What is wrong with what stands in the field. */
  readonly error?: string | undefined;
}

export function OptionInput({ option, value, onChange, error }: FieldProps) {
  const id = useId();
  const { kind, fallback } = option;
  const says = fallback === undefined || fallback === "" ? "" : ` Default: ${String(fallback)}.`;
  const about = names[option.field]?.[2] ?? `${sentence(option.description)}${kind === "yes-no" ? "" : says}`;
  if (kind === "yes-no")
    return (
      <div className="field check">
        <input
          id={id}
          type="checkbox"
          checked={value === undefined ? fallback === true : value === true}
          aria-describedby={`${id}-about`}
          aria-invalid={error !== undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <label htmlFor={id}>{nameOf(option)}</label>
        <p id={`${id}-about`} className="soft">
          {about}
        </p>
      </div>
    );
  return (
    <div className="field">
      <label htmlFor={id}>{nameOf(option)}</label>
      {kind === "choice" ? (
        <select
          id={id}
          value={typeof value === "string" ? value : ""}
          aria-describedby={`${id}-about`}
          aria-invalid={error !== undefined}
          onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
        >
          <option value="">{fallback === undefined ? "Automatic" : `default: ${String(fallback)}`}</option>
          {option.choices?.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          type="text"
          inputMode={kind === "number" ? "decimal" : "text"}
          autoComplete="off"
          spellCheck={false}
          placeholder={placeholderOf(option)}
          value={typeof value === "string" ? value : ""}
          aria-describedby={`${id}-about`}
          aria-invalid={error !== undefined}
          onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
        />
      )}
      <p id={`${id}-about`} className={error === undefined ? "soft" : "error"}>
        {error ?? about}
      </p>
    </div>
  );
}

/** Words for the flags that need them; the others are their flag's. */
const names: Readonly<Record<string, readonly [name: string, placeholder: string, about?: string]>> = {
  minutes: [
    "minutes",
    "10",
    "For everything: reading the images, the search, the final training and the test.",
  ],
  trials: ["evaluations", "20", "Designs that are trained or looked up before the search ends."],
  maxParams: ["max. parameters", "such as 20k", "Weights that are learned and stored."],
  minParams: ["min. parameters", "such as 1k"],
  maxMacs: ["max. MACs", "such as 1.5M", "Multiplications for one image: they take time and power."],
  minMacs: ["min. MACs", "such as 100k"],
  maxLatencyMs: ["max. latency in ms", "such as 5"],
  maxRam: ["max. RAM of the device", "such as 256k"],
  maxFlash: ["max. flash of the device", "such as 1M"],
  maxUsd: ["max. cost of the model in $", "such as 1"],
};

/** `--max-params` as a person would say it. */
const nameOf = ({ field, flag }: OptionField) =>
  names[field]?.[0] ?? flag.replace(/^--/, "").replaceAll("-", " ").replace(/01$/, " (0 to 1)");

const placeholderOf = ({ field, placeholder, fallback }: OptionField): string =>
  names[field]?.[1] ??
  (fallback === undefined ? (placeholder ?? "").replace(/^N$/, "a number").toLowerCase() : String(fallback));

const sentence = (text: string) => {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return text === "" || /[.!?]$/.test(text) ? begun : `${begun}.`;
};
