// A network as a text of the language, to be read beside its drawing and copied: saved as net.txt it is costed, trained and
// changed by the command.
import { useState } from "react";
import { diffLines } from "../../../../src/report/text-diff.ts";
import { Command } from "../ui/command.tsx";
import { Diff } from "../ui/diff.tsx";

interface NetworkTextProps {
  readonly text: string | undefined;
  /** The address where it can be edited. */
  readonly edit: string;
}

export function NetworkText({ text, edit }: NetworkTextProps) {
  const [isCopied, setCopied] = useState(false);
  if (text === undefined) return <p className="soft">No text can say this network.</p>;
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <details open>
      <summary>As a text</summary>
      <pre>{text}</pre>
      <p className="actions">
        <button type="button" onClick={copy}>
          {isCopied ? "Copied" : "Copy"}
        </button>
        <a className="button" href={edit}>
          Edit
        </a>
        <span className="soft">
          Saved as net.txt: <Command text="genius cost net.txt" />,{" "}
          <Command text="genius train net.txt DATA" />
        </span>
      </p>
    </details>
  );
}

/** The space that a model wrote, of which the network is a design. */
export function AuthoredSpace({
  authored,
  edit,
}: {
  readonly edit: string;
  readonly authored: { readonly text: string; readonly reasons: string } | undefined;
}) {
  if (authored === undefined) return null;
  return (
    <details>
      <summary>The space that the model wrote</summary>
      <pre>{authored.text}</pre>
      <p className="actions">
        <a className="button" href={edit}>
          Edit
        </a>
      </p>
      {authored.reasons !== "" && (
        <>
          <p className="soft">Its reasons, claims and not findings:</p>
          <blockquote>{authored.reasons}</blockquote>
        </>
      )}
    </details>
  );
}

/** What changed between two texts, their names aside. */
export function TextChanges({
  from,
  to,
}: {
  readonly from: string | undefined;
  readonly to: string | undefined;
}) {
  if (from === undefined || to === undefined) return null;
  const [before, after] = [from, to].map((text) => text.replace(/^name .*\n/, "")) as [string, string];
  if (before === after) return <p className="soft">As texts, the two are the same.</p>;
  return <Diff label="What differs in the texts" lines={diffLines(before, after)} />;
}
