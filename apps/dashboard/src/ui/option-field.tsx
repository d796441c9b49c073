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
}

export function OptionInput({ option, value, onChange }: FieldProps) {
  const id = useId();
  const { kind, fallback } = option;
  const says = fallback === undefined || fallback === "" ? "" : ` Default: ${String(fallback)}.`;
  const about = `${sentence(option.description)}${kind === "yes-no" ? "" : says}`;
  if (kind === "yes-no")
    return (
      <div className="field check">
        <input
          id={id}
          type="checkbox"
          checked={value === undefined ? fallback === true : value === true}
          aria-describedby={`${id}-about`}
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
          onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
        >
          <option value="">{fallback === undefined ? "not set" : `default: ${String(fallback)}`}</option>
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
          placeholder={option.placeholder ?? (fallback === undefined ? "" : String(fallback))}
          value={typeof value === "string" ? value : ""}
          aria-describedby={`${id}-about`}
          onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
        />
      )}
      <p id={`${id}-about`} className="soft">
        {about}
      </p>
    </div>
  );
}

/** `--max-params` as a person would say it: "max params". */
const nameOf = ({ flag }: OptionField) => flag.replace(/^--/, "").replaceAll("-", " ");

const sentence = (text: string) => (text === "" || /[.!?]$/.test(text) ? text : `${text}.`);
