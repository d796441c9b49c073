// What the page says of states, outcomes, limits and money, in the report's words.
import type {
  CallSummary,
  Limits,
  LiveState,
  OutcomeWord,
  RunDetail,
  RunState,
  RunSummary,
} from "../../../src/dashboard/api.ts";
import { formatBytes, formatCount, plural } from "./format.ts";

export const stateWords: Readonly<Record<RunState, string>> = {
  running: "running",
  stopped: "stopped",
  finished: "finished",
  failed: "failed",
  unreadable: "cannot be read",
};

/** Of a running search that goes no further without a person. */
export const waitsWords = "waits for you";

/** Whether it goes no further before a person has answered or let a proposal go. */
export const isWaiting = (live: LiveState | undefined): boolean =>
  live?.question !== undefined || live?.held !== undefined;

/** While a person is asked, nobody else thinks of that trial. */
export const isThinking = ({ proposing, question, held }: LiveState): boolean =>
  proposing !== undefined && question === undefined && held?.trial !== proposing.trial;

export const outcomeWords: Readonly<Record<OutcomeWord, string>> = {
  scored: "scored",
  "made-up": "made up to start the search, not counted",
  infeasible: "breaks a limit",
  diverged: "training diverged",
  timeout: "training took too long",
  crashed: "training crashed",
  cancelled: "cancelled",
  unreadable: "reply could not be read",
  duplicate: "proposed before",
  unmeasured: "not measured",
};

/** Why a trial is not as it was proposed. */
export const changedWords = ["", "repaired to keep the limits", "changed by a person"] as const;

/** All calls of a run, those without an answer too: "13 calls, 1 of them failed". */
export function callsInWords(
  { callCount }: Pick<RunDetail, "callCount">,
  calls: readonly Pick<CallSummary, "failed">[],
): string {
  const failed = calls.filter((call) => call.failed).length;
  const count = plural(Math.max(callCount, calls.length), "call");
  return failed === 0 ? count : `${count}, ${failed} of them failed`;
}

/** `…/cifar10` is enough for a name. */
export const shortName = (path: string) => path.split(/[\\/]/).findLast((part) => part !== "") ?? path;

/** Of a replayed model, the file is enough. */
export const modelName = (model: string) =>
  model.startsWith("replay/") ? `replay/${shortName(model)}` : model;

/** The data first, which is what a person remembers: "digits: hybrid on mobile"; a table that is named as its space once. */
export const runName = (run: RunSummary) => {
  const data = shortName(run.dataset);
  return data === run.space ? `${data}: ${run.strategy}` : `${data}: ${run.strategy} on ${run.space}`;
};

/** The name that a person gave it, else what it is of. */
export const runTitle = (run: RunSummary) => run.note?.label ?? runName(run);

export function limitsInWords(limits: Limits): string {
  const parts = [
    ["min.", limits.minParamCount, "parameters"],
    ["max.", limits.maxParamCount, "parameters"],
    ["min.", limits.minMacCount, "MACs"],
    ["max.", limits.maxMacCount, "MACs"],
  ] as const;
  const memory = [
    [limits.maxRamBytes, "RAM"],
    [limits.maxFlashBytes, "flash"],
  ] as const;
  const words = [
    ...parts.flatMap(([side, value, noun]) =>
      value === undefined ? [] : [`${side} ${formatCount(value)} ${noun}`],
    ),
    ...memory.flatMap(([bytes, noun]) =>
      bytes === undefined ? [] : [`max. ${formatBytes(bytes)} of ${noun} (${limits.precision ?? "int8"})`],
    ),
  ];
  return words.length === 0 ? "none" : words.join(", ");
}

/** "120 KiB, 310 KiB"; nothing where neither RAM nor flash is limited. */
export function memoryOf({
  ramBytes,
  flashBytes,
}: {
  readonly ramBytes?: number | undefined;
  readonly flashBytes?: number | undefined;
}): string | undefined {
  if (ramBytes === undefined || flashBytes === undefined) return undefined;
  return `${formatBytes(ramBytes)}, ${formatBytes(flashBytes)}`;
}
