// A field for a score that a person expects, written in percent.
import { useId } from "react";

interface PercentFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function PercentField({ label, value, onChange }: PercentFieldProps) {
  const id = useId();
  const isBad = value.trim() !== "" && shareOf(value) === undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        autoComplete="off"
        placeholder="such as 93.5"
        value={value}
        aria-invalid={isBad}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-about`} className={isBad ? "error" : "soft"}>
        {isBad ? "Write a number from 0 to 100." : "in percent"}
      </p>
    </div>
  );
}

/** "93.5" as 0.935; undefined when it is no percentage. */
export function shareOf(text: string): number | undefined {
  const value = Number(text.replace(",", ".").replace("%", "").trim());
  return text.trim() !== "" && value >= 0 && value <= 100 ? value / 100 : undefined;
}
