// How long a search goes on: for minutes, or for a number of evaluations. Results that are looked up take no time, so there only
// the number is asked for.
import type { ReactNode } from "react";
import type { OptionValue } from "../ui/option-field.tsx";
import { Pick } from "../ui/pieces.tsx";

const kinds = [
  ["minutes", "for a time"],
  ["trials", "for a number of evaluations"],
] as const;

export type LengthKind = (typeof kinds)[number][0];

const offered: Readonly<Record<LengthKind, readonly string[]>> = {
  minutes: ["5", "10", "30", "60"],
  trials: ["10", "20", "50", "100"],
};
/** What holds while nothing is written. */
export const fallbackLength: Readonly<Record<LengthKind, string>> = { minutes: "10", trials: "20" };
const words: Readonly<Record<LengthKind, string>> = { minutes: "minutes", trials: "evaluations" };

interface LengthQuestionProps {
  readonly kind: LengthKind;
  /** Absent where there is one kind only. */
  readonly onKind?: ((kind: LengthKind) => void) | undefined;
  readonly value: OptionValue | undefined;
  readonly onValue: (value: string) => void;
  /** The field for a length of one's own. */
  readonly children: ReactNode;
}

export function LengthQuestion({ kind, onKind, value, onValue, children }: LengthQuestionProps) {
  return (
    <>
      {onKind !== undefined && (
        <Pick label="length" isLabelled={false} options={kinds} value={kind} onPick={onKind} />
      )}
      <div className="fields">{children}</div>
      <p className="actions">
        {offered[kind].map((number) => (
          <button
            key={number}
            type="button"
            aria-pressed={(value ?? fallbackLength[kind]) === number}
            onClick={() => onValue(number)}
          >
            {number} {words[kind]}
          </button>
        ))}
      </p>
    </>
  );
}
