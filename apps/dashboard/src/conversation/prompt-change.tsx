// What a call's prompt has that the one before it had not, line by line. A long prompt mostly repeats itself: what stayed the same
// is folded.
import type { CallDetail } from "../../../../src/dashboard/api.ts";
import { type DiffLine, diffLines } from "../../../../src/report/text-diff.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { plural } from "../format.ts";
import { Diff } from "../ui/diff.tsx";
import { Answer } from "../ui/pieces.tsx";
import { roleWords } from "./role-words.ts";

interface PromptChangeProps {
  readonly call: CallDetail;
  /** The row of the call before it. */
  readonly before: number;
}

export function PromptChange({ call, before }: PromptChangeProps) {
  const { detail } = useRunData();
  const asked = useAsked(
    (signal) => get("GET /api/runs/:id/calls/:index", { places: [detail.id, before], signal }),
    [detail.id, before],
  );
  return (
    <Answer asked={asked} waiting="Comparing the prompts…">
      {(earlier) => <Change lines={diffLines(promptText(earlier), promptText(call))} />}
    </Answer>
  );
}

function Change({ lines }: { readonly lines: readonly DiffLine[] }) {
  const count = (kind: DiffLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  const [fresh, gone] = [count("new"), count("gone")];
  if (fresh + gone === 0) return <p>The prompt is the same as before.</p>;
  return (
    <>
      <p className="soft">
        {plural(fresh, "line")} new, {gone.toLocaleString("en")} gone, {count("same").toLocaleString("en")} as
        before.
      </p>
      <Diff label="What changed in the prompt" lines={lines} context={2} />
    </>
  );
}

const promptText = ({ messages }: Pick<CallDetail, "messages">): string =>
  messages.map(({ role, content }) => `[${roleWords[role] ?? role}]\n${content}`).join("\n");
