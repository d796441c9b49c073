// A text of the language with what it is, as one types: mistakes at their places with the nearest right word, or parameters, MACs,
// memory, the limits that it breaks, and its drawing.
import { useEffect, useId, useRef, useState } from "react";
import type { TextCheck, TextFacts, TextFaults, TextOrder } from "../../../../src/dashboard/api.ts";
import { type Asked, post, useAsked } from "../api/client.ts";
import { formatCount, shapeText } from "../format.ts";
import { NetworkPicture } from "../network/network-picture.tsx";
import { Cards, Notice } from "../ui/pieces.tsx";
import { TextChange } from "../ui/text-change.tsx";
import { mended, offsetOf, suggestionFor, wordEnd } from "./mended-text.ts";

/** Since the last key, before the server is asked. */
const restMs = 250;

interface TextEditorProps {
  readonly label: string;
  readonly text: string;
  /** The text that a person changes; what differs from it is shown. */
  readonly original?: string | undefined;
  readonly onChange: (text: string) => void;
  /** The images, classes and limits that it is for. */
  readonly setting: Omit<TextOrder, "text" | "choices">;
  /** Where other questions follow, the drawing is folded. */
  readonly isFolded?: boolean;
  readonly onCheck?: (check: TextCheck | undefined) => void;
}

export function TextEditor(props: TextEditorProps) {
  const { label, text, original, onChange, setting, isFolded = false, onCheck } = props;
  const [choices, setChoices] = useState<readonly number[]>([]);
  const order = useRested(JSON.stringify({ ...setting, text, choices } satisfies TextOrder));
  const asked = useAsked(() => post("POST /api/text", { body: JSON.parse(order) as TextOrder }), [order]);
  const check = asked.state === "there" ? asked.reply : undefined;
  useEffect(() => onCheck?.(check), [check, onCheck]);
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const faults = check?.kind === "faults" ? check.faults : [];
  const show = (fault: TextFaults["faults"][number]) => {
    const from = offsetOf(text, fault);
    area.current?.focus();
    area.current?.setSelectionRange(from, Math.max(from + 1, wordEnd(text, from)));
  };
  return (
    <div className="columns text-editor">
      <div>
        <label htmlFor={id}>{label}</label>
        <textarea
          ref={area}
          id={id}
          value={text}
          rows={Math.min(40, Math.max(14, text.split("\n").length + 1))}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          wrap="off"
          aria-invalid={faults.length > 0}
          aria-describedby={`${id}-found`}
          onChange={(event) => onChange(event.target.value)}
        />
        <div id={`${id}-found`} role="status">
          {faults.length > 0 && (
            <ul className="faults">
              {faults.map((fault) => {
                const word = suggestionFor(text, fault);
                return (
                  <li key={`${fault.line} ${fault.column} ${fault.message}`}>
                    {fault.line !== undefined && (
                      <button type="button" onClick={() => show(fault)}>
                        line {fault.line}, column {fault.column}
                      </button>
                    )}{" "}
                    <span className="error">{fault.message}</span>{" "}
                    {word !== undefined && (
                      <button type="button" onClick={() => onChange(mended(text, fault))}>
                        Write {word}
                      </button>
                    )}
                  </li>
                );
              })}
            </ul>
          )}
        </div>
        {original !== undefined && (
          <section aria-label="Your changes">
            <p>
              <strong>Your changes</strong>
            </p>
            <TextChange
              label="What you changed in the text"
              from={original}
              to={text}
              same="None yet: it is the text as it was."
            />
          </section>
        )}
      </div>
      <div>
        <Found asked={asked} isFolded={isFolded} onChoose={setChoices} />
      </div>
    </div>
  );
}

/** The value once it has not changed for a moment. */
function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(value), restMs);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}

function Found({
  asked,
  isFolded,
  onChoose,
}: {
  readonly asked: Asked<TextCheck>;
  readonly isFolded: boolean;
  readonly onChoose: (choices: readonly number[]) => void;
}) {
  const [last, setLast] = useState<TextFacts>();
  useEffect(() => {
    if (asked.state === "there" && asked.reply.kind !== "faults") setLast(asked.reply);
  }, [asked]);
  if (asked.state === "failed") return <Notice>{asked.message}</Notice>;
  if (asked.state === "waiting") return <p className="soft">Reading the text…</p>;
  const isWrong = asked.reply.kind === "faults";
  const facts = asked.reply.kind === "faults" ? last : asked.reply;
  if (facts === undefined)
    return <p className="soft">Its costs and its drawing are here once it can be read.</p>;
  return (
    <>
      {isWrong && <p className="soft">As it was before the mistake:</p>}
      <Facts facts={facts} onChoose={onChoose} />
      <details open={!isFolded}>
        <summary>Drawing</summary>
        <NetworkPicture stages={facts.stages} input={facts.inputShape} />
      </details>
    </>
  );
}

function Facts({
  facts,
  onChoose,
}: {
  readonly facts: TextFacts;
  readonly onChoose: (choices: readonly number[]) => void;
}) {
  const { costs, violations, limits, space, latency, inputShape, classCount } = facts;
  const { paramCount, macCount, ramBytes, flashBytes } = costs;
  return (
    <>
      {space !== undefined && <SpaceFacts space={space} onChoose={onChoose} />}
      <Cards
        entries={[
          ["parameters", formatCount(paramCount)],
          ["MACs", formatCount(macCount)],
          ["RAM, int8 / float", memoryText(ramBytes)],
          ["flash, int8 / float", memoryText(flashBytes)],
          ["for", `${shapeText(inputShape)} in ${classCount} classes`],
          ["latency", latency],
        ]}
      />
      {violations.map((violation) => (
        <Notice key={violation}>
          {space === undefined ? "It" : "This design"} breaks a limit: {violation}
        </Notice>
      ))}
      {limits.length > 0 && violations.length === 0 && (
        <p>
          {space === undefined ? "It" : "This design"} is within the limits: {limits.join(", ")}.
        </p>
      )}
    </>
  );
}

function SpaceFacts({
  space,
  onChoose,
}: {
  readonly space: NonNullable<TextFacts["space"]>;
  readonly onChoose: (choices: readonly number[]) => void;
}) {
  const { decisions, choices, designs, reach, inside } = space;
  return (
    <>
      <p>
        A space of {formatCount(designs)} designs.
        {reach !== undefined &&
          ` They have ${formatCount(reach.minParamCount)} to ${formatCount(reach.maxParamCount)} parameters and ${formatCount(reach.minMacCount)} to ${formatCount(reach.maxMacCount)} MACs.`}
        {inside !== undefined && ` ${inside.charAt(0).toUpperCase()}${inside.slice(1)}.`}
      </p>
      <details open={decisions.length <= 6}>
        <summary>The design that is drawn</summary>
        <div className="fields">
          {decisions.map(({ name, options }, index) => (
            <label key={name}>
              {name}{" "}
              <select
                value={choices[index]}
                onChange={(event) => onChoose(choices.with(index, Number(event.target.value)))}
              >
                {options.map((option, place) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: an option is its place; two may read alike.
                  <option key={place} value={place}>
                    {option}
                  </option>
                ))}
              </select>
            </label>
          ))}
        </div>
      </details>
    </>
  );
}

/** "35.2 KiB / 141 KiB" */
const memoryText = ({ int8, float }: { readonly int8: number; readonly float: number }) =>
  [int8, float]
    .map((bytes) => `${Number((bytes / 1024).toPrecision(3)).toLocaleString("en")} KiB`)
    .join(" / ");
