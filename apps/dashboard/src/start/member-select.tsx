// One of a kind by name: a space, a strategy, an evaluator, a device.
import { useId } from "react";
import type { Choice } from "../../../../src/dashboard/api.ts";

interface MemberSelectProps {
  readonly label: string;
  readonly about: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  /** What it is called when none is named. */
  readonly none?: string;
  readonly onChange: (value: string) => void;
}

export function MemberSelect(props: MemberSelectProps) {
  const { label, about, choices, value, none = "Automatic", onChange } = props;
  // A file, as a search that is started again may name one.
  const isOther = value !== "" && choices.every(({ name }) => name !== value);
  const id = useId();
  const summary = choices.find(({ name }) => name === value)?.summary;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">{none}</option>
        {isOther && <option value={value}>{value}</option>}
        {choices.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} className="soft">
        {summary ?? about}
      </p>
    </div>
  );
}
