// The search as a function: chooses the members, fits the space to the data and the limits, runs the study in a folder, then
// the searches by other strategies that it is to be compared with, and resolves to what came of it. The command, and any
// other search in this process, calls this.
import { GeniusError } from "../base/errors.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import type { Given } from "../catalog/load.ts";
import { putTurn, removeItem } from "../study/inbox.ts";
import { readJournal } from "../study/journal.ts";
import { missingBaselines, runBaselineSearches } from "./baseline-searches.ts";
import { chooseMembers } from "./choose-members.ts";
import { readRunResult } from "./read-run.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { SearchEvent } from "./search-events.ts";
import { beginSearch, goOn, openSitting, type ResumeOptions } from "./search-once.ts";
import type { SearchOptions, Sitting } from "./search-options.ts";
import type { SearchResult } from "./search-result.ts";

/**
 * Designs networks for data under limits: proposes, trains or looks up, observes, and at the end trains the best design
 * at full length, tests it once and puts baselines beside it. All of it is kept in the run's folder.
 *
 * Resolves also when nothing could be scored (`best` is undefined) and when `signal` was aborted (`reason` is
 * `interrupted`, and `resume(folder)` continues). Aborted while data are read and parts are made ready, it rejects with
 * the signal's reason: there is no run yet.
 *
 * @throws GeniusError `wrong-use` for an option that is not allowed, `unknown-name` for a member that does not exist,
 *   `infeasible` when no design keeps the limits, `bad-data` and `not-found` for data that cannot be read,
 *   `training-failed` when every evaluation fails, and what a model or a launcher throws for good. Finished trials
 *   are kept, and `resume` continues with them.
 * @example
 * ```ts
 * import { search } from "genius-nas";
 *
 * const run = await search({ data: "digits", limits: { maxParams: "20k" }, budget: { minutes: 3 } });
 * console.log(run.verdict.join("\n"), run.files);
 * ```
 */
export async function search(options: SearchOptions): Promise<SearchResult> {
  const startedAt = new Date();
  const sitting = openSitting(withoutEnd(options));
  const { environment, onProgress, signal } = sitting;
  // Nothing is kept before there is a run, so nothing needs to be waited for.
  const chosen = await unlessAborted(chooseMembers(options), signal);
  const resolving = resolveConfig(options, chosen, {
    ...{ environment, onProgress, signal },
    onUnderstood: (understood) => sitting.tell({ kind: "data", ...understood }),
  });
  const config = await unlessAborted(resolving, signal);
  const begin = { folder: options.out, given: chosen.members, startedAt, answers: options.answers };
  return withBaselines(await beginSearch(config, begin, sitting), options);
}

/**
 * Goes on with a run where it stopped, from its journal alone. A run that is finished is not run again: its result is
 * read, unless `trials` asks for more than it had. Members that a script defined as objects must be handed over again.
 *
 * @throws GeniusError `not-found` when the folder holds no run, `locked` while another process runs it,
 *   `data-changed` when the data changed since and that is not accepted, and what `search` throws.
 * @example
 * ```ts
 * import { resume } from "genius-nas";
 *
 * const run = await resume("runs/first", { trials: 40 });
 * ```
 */
export async function resume(folder: string, options: ResumeOptions = {}): Promise<SearchResult> {
  return withBaselines(await goOn(folder, withoutEnd(options)), options);
}

/**
 * Ends a search: no further design is tried, and the best network so far is trained to its end, tested and handed over – in a
 * run by the clock in the time that was planned for it. A running search of another process is asked to, and does it
 * itself; then this resolves to undefined. A stopped one is continued for that only, and no baseline is searched with.
 *
 * @throws GeniusError `not-found` when the folder holds no run, and what `resume` throws.
 * @example
 * ```ts
 * import { finish } from "genius-nas";
 *
 * const run = await finish("runs/first");
 * ```
 */
export async function finish(
  folder: string,
  options: Omit<ResumeOptions, "trials"> = {},
): Promise<SearchResult | undefined> {
  const { result } = await readJournal(folder);
  const id = result === undefined ? await putTurn(folder, { kind: "finish" }) : undefined;
  try {
    return await goOn(folder, { ...options, isToFinish: true });
  } catch (thrown) {
    if (thrown instanceof GeniusError && thrown.code === "locked") return undefined;
    if (id !== undefined) await removeItem(folder, id);
    throw thrown;
  }
}

/** The same, told everything but the end, which comes after the baselines. */
function withoutEnd<Options extends Sitting>(options: Options): Options {
  const { onEvent } = options;
  if (onEvent === undefined) return options;
  const onOther = (event: SearchEvent) => {
    if (event.kind !== "end") onEvent(event);
  };
  return { ...options, onEvent: onOther };
}

/** Runs the searches by other strategies that were asked for and are not there yet, and tells the end. */
async function withBaselines(
  searched: SearchResult,
  options: Omit<ResumeOptions, "strategy" | "trials" | "answers">,
): Promise<SearchResult> {
  const { folder } = searched;
  const { environment, signal, acceptChangedData, onEvent } = options;
  const scripted = <Definition>(given: Given<Definition> | undefined) =>
    typeof given === "string" ? undefined : given;
  const tell = (result: SearchResult) => {
    onEvent?.({ kind: "end", result });
    return result;
  };
  if (searched.reason === "interrupted" || searched.best === undefined) return tell(searched);
  const missing = missingBaselines(await readJournal(folder));
  if (missing.length === 0) return tell(searched);
  const given = { space: scripted(options.space), evaluator: scripted(options.evaluator) };
  const { isInterrupted } = await runBaselineSearches(folder, missing, {
    ...{ ...given, environment, signal, acceptChangedData, onEvent },
  });
  const result = await readRunResult(folder, given);
  return tell(isInterrupted ? { ...result, reason: "interrupted" } : result);
}
