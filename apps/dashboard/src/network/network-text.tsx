// A network as a text of the language, to be read beside its drawing and copied: saved as net.txt it is costed, trained and
// changed by the command.
import { useState } from "react";

export function NetworkText({ text }: { readonly text: string | undefined }) {
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
        <span className="soft">
          Saved as net.txt: <code>genius cost net.txt</code>, <code>genius train net.txt DATA</code>
        </span>
      </p>
    </details>
  );
}
