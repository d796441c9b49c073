// One of the members of a kind: a space, a strategy, an evaluator.
import { useId } from "react";
import type { Choice } from "../../../../src/dashboard/api.ts";

interface MemberSelectProps {
  readonly label: string;
  readonly about: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function MemberSelect({ label, about, choices, value, onChange }: MemberSelectProps) {
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
        <option value="">Automatic</option>
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
