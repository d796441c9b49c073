// Small things that many views are made of.
import type { ReactNode } from "react";
import { useState } from "react";
import { type Asked, messageOf } from "../api/client.ts";

/** Something that a reader must not overlook. */
export function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <p className="notice" role="note">
      {children}
    </p>
  );
}

/** Names and values, side by side. Entries without a value are left out. */
export function Cards({
  entries,
}: {
  readonly entries: readonly (readonly [name: string, value: ReactNode])[];
}) {
  return (
    <dl className="cards">
      {entries.map(([name, value]) =>
        value === undefined || value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** What the server was asked for: a word while it is awaited, its error, or what is made of the answer. */
export function Answer<Reply>({
  asked,
  waiting = "Loading…",
  children,
}: {
  readonly asked: Asked<Reply>;
  readonly waiting?: string;
  readonly children: (reply: Reply) => ReactNode;
}) {
  switch (asked.state) {
    case "waiting":
      return (
        <p className="soft" role="status">
          {waiting}
        </p>
      );
    case "failed":
      return <Notice>{asked.message}</Notice>;
    case "there":
      return children(asked.reply);
    default:
      return asked satisfies never;
  }
}

/** A button that does something at the server, says while it does, and shows why it could not. */
export function Act({
  label,
  act,
  className,
  isDisabled = false,
  done,
}: {
  readonly label: ReactNode;
  readonly act: () => Promise<unknown>;
  readonly className?: string;
  readonly isDisabled?: boolean;
  /** Said after it was done. */
  readonly done?: string;
}) {
  const [state, setState] = useState<{ readonly busy?: true; readonly error?: string; readonly done?: true }>(
    {},
  );
  const run = async () => {
    setState({ busy: true });
    try {
      await act();
      setState({ done: true });
    } catch (thrown) {
      setState({ error: messageOf(thrown) });
    }
  };
  return (
    <>
      <button
        type="button"
        className={className}
        disabled={isDisabled || state.busy}
        onClick={() => void run()}
      >
        {label}
      </button>
      <span role="status" className={state.error === undefined ? "soft" : "error"}>
        {state.busy ? "…" : (state.error ?? (state.done ? (done ?? "") : ""))}
      </span>
    </>
  );
}

/** One of a few: buttons of which one is pressed. */
export function Pick<Name extends string>({
  label,
  options,
  value,
  onPick,
  isLabelled = true,
}: {
  readonly label: string;
  readonly options: readonly (readonly [name: Name, words: string])[];
  readonly value: Name;
  readonly onPick: (name: Name) => void;
  /** Whether the label is seen, too; not where a heading above says it. */
  readonly isLabelled?: boolean;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset draws a frame and is for fields; these are buttons.
    <div className="actions" role="group" aria-label={label}>
      {isLabelled && (
        <span className="soft" aria-hidden="true">
          {label}
        </span>
      )}
      {options.map(([name, words]) => (
        <button type="button" key={name} aria-pressed={name === value} onClick={() => onPick(name)}>
          {words}
        </button>
      ))}
    </div>
  );
}
