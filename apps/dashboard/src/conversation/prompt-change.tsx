// What a call's prompt has that the one before it had not, line by line. A long prompt mostly repeats itself: what stayed the same
// is folded.
import type { CallDetail } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Answer } from "../ui/pieces.tsx";
import { TextChange } from "../ui/text-change.tsx";
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
      {(earlier) => (
        <TextChange
          label="What changed in the prompt"
          from={promptText(earlier)}
          to={promptText(call)}
          same="The prompt is the same as before."
        />
      )}
    </Answer>
  );
}

const promptText = ({ messages }: Pick<CallDetail, "messages">): string =>
  messages
    .map(({ role, content, images = [] }) =>
      [
        `[${roleWords[role] ?? role}]`,
        ...images.map(({ hash }) => `[picture ${hash.slice(0, 8)}]`),
        content,
      ].join("\n"),
    )
    .join("\n");
