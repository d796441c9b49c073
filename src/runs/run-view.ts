// The one view of a run, finished or running: its journal folded, its conversation, and how it stands. Terminal, report,
// dashboard, export, transfer and protocol server all show what stands here.
import { type JsonLine, refuseBroken } from "../base/json-lines.ts";
import { type CallLine, checkRecordLine, type FailureLine } from "../llm/index.ts";
import type { JournalState } from "../study/fold.ts";

/** `failed`: an error stopped it. `unreadable`: the journal is damaged. */
export type RunState = "running" | "stopped" | "finished" | "failed" | "unreadable";

export type ConversationLine = CallLine | FailureLine;

export interface RunView {
  /** Its name among the runs of a folder. */
  readonly id: string;
  readonly folder: string;
  /** The journal as far as it was read. A change makes another object of it. */
  readonly journal: JournalState;
  readonly calls: readonly ConversationLine[];
  readonly state: RunState;
  /** What is wrong, for `failed` and `unreadable`. */
  readonly problem: string | undefined;
}

/** `isHeld`: a live process holds the folder's lock. `trouble`: why the run's files cannot be read. */
export function stateOf(
  { standing, failure }: JournalState,
  { isHeld, trouble }: { readonly isHeld: boolean; readonly trouble: string | undefined },
): Pick<RunView, "state" | "problem"> {
  if (trouble !== undefined) return { state: "unreadable", problem: trouble };
  return isHeld ? { state: "running", problem: undefined } : { state: standing, problem: failure };
}

/** A line of a conversation; undefined for its header. @throws GeniusError `bad-file` for any other line. */
export function readCall(line: JsonLine, path: string): ConversationLine | undefined {
  refuseBroken(line, path);
  const checked = checkRecordLine(line.value, `${path}, line ${line.lineNumber}`);
  return checked.kind === "header" ? undefined : checked;
}
