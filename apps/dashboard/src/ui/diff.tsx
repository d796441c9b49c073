// What changed between two texts, line by line, by sign and colour; long stretches that stayed the same can be folded.
import type { DiffLine } from "../../../../src/report/text-diff.ts";
import { foldedLines } from "./folded-lines.ts";

interface DiffProps {
  readonly label: string;
  readonly lines: readonly DiffLine[];
  /** Lines around a change that are shown too; all are where it is absent. */
  readonly context?: number;
}

export function Diff({ label, lines, context }: DiffProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within a keyboard's reach.
    // biome-ignore lint/a11y/useSemanticElements: a group is no set of fields.
    <pre className="diff" role="group" aria-label={label} tabIndex={0}>
      {(context === undefined ? lines : foldedLines(lines, context)).map(({ kind, text }, line) => {
        const words = `${signs[kind]} ${text}\n`;
        switch (kind) {
          // biome-ignore-start lint/suspicious/noArrayIndexKey: a line is its place; many are alike.
          case "gone":
            return <del key={line}>{words}</del>;
          case "new":
            return <ins key={line}>{words}</ins>;
          case "folded":
            return (
              <span key={line} className="soft">
                {words}
              </span>
            );
          case "same":
            return <span key={line}>{words}</span>;
          // biome-ignore-end lint/suspicious/noArrayIndexKey: as above.
          default:
            return kind satisfies never;
        }
      })}
    </pre>
  );
}

const signs = { same: " ", gone: "−", new: "+", folded: "…" } as const;
