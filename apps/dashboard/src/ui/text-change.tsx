// What changed from one text to another: counted, then line by line, with what stayed the same folded.
import { useMemo } from "react";
import { diffLines } from "../../../../src/report/text-diff.ts";
import { plural } from "../format.ts";
import { Diff } from "./diff.tsx";

interface TextChangeProps {
  readonly label: string;
  readonly from: string;
  readonly to: string;
  /** Said where nothing changed. */
  readonly same: string;
}

/** Pairs of lines that a browser compares without a pause. */
const maxPairs = 25_000_000;

export function TextChange({ label, from, to, same }: TextChangeProps) {
  const lines = useMemo(
    () => (lineCount(from) * lineCount(to) > maxPairs ? undefined : diffLines(from, to)),
    [from, to],
  );
  if (lines === undefined) return <p className="soft">The two are too long to be compared here.</p>;
  const count = (kind: (typeof lines)[number]["kind"]) => lines.filter((line) => line.kind === kind).length;
  const [fresh, gone] = [count("new"), count("gone")];
  if (fresh + gone === 0) return <p className="soft">{same}</p>;
  return (
    <>
      <p className="soft">
        {plural(fresh, "line")} new, {gone.toLocaleString("en")} gone, {count("same").toLocaleString("en")} as
        before.
      </p>
      <Diff label={label} lines={lines} context={2} />
    </>
  );
}

const lineCount = (text: string) => text.split("\n").length;
