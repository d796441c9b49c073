// Starts what `genius search` was asked for: from flags and a settings file to the options of `search()`, and its events to
// the terminal.
import { chooseMembers } from "../api/choose-members.ts";
import { search } from "../api/search.ts";
import type { SearchEvent } from "../api/search-events.ts";
import { optionsOf, type SearchOptions } from "../api/search-options.ts";
import { isStart } from "../api/start.ts";
import { GeniusError } from "../base/errors.ts";
import { readOwnText } from "../base/own-file.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import { isText } from "../catalog/load.ts";
import type { Invocation } from "../command/command.ts";
import { distribute } from "../command/members.ts";
import { thenRun } from "../command/on-done.ts";
import { checkFlags, coerce } from "../command/options.ts";
import { readSettingsFile } from "../command/settings-file.ts";
import { flagsOf } from "../runs/flags.ts";
import { type SearchFlags, searchFlags } from "./search-flags.ts";
import { createSearchView, exitCodeOf } from "./show-search.ts";

/** @returns the exit code. */
export async function startSearch(invocation: Invocation<SearchFlags>): Promise<number> {
  const { terminal } = invocation;
  const { signal } = terminal;
  // Nothing is kept before there is a run, so nothing needs to be waited for.
  const { options, onDone, show } = await unlessAborted(prepare(invocation), signal);
  let folder = options.out;
  const onEvent = (event: SearchEvent) => {
    if (event.kind === "plan") folder = event.plan.folder;
    show(event);
  };
  return thenRun(onDone, { name: "search", terminal, folder: () => folder }, async () =>
    exitCodeOf(await search({ ...options, signal, onEvent })),
  );
}

interface Prepared {
  readonly options: SearchOptions;
  readonly onDone: string | undefined;
  readonly show: (event: SearchEvent) => void;
}

/** From flags and a settings file to what is searched for, and how it is shown. */
async function prepare({
  operands,
  options: given,
  rest,
  explicit,
  terminal,
}: Invocation<SearchFlags>): Promise<Prepared> {
  const { settings, flags: flagsGiven, flagsOfFile } = await mergeFile(given, explicit, rest);
  const { out, json, answers, onDone, settings: file, dataset, start: startsFrom, ...own } = settings;
  // One that is typed wins over the file's.
  const isTyped = operands.length > 0 && explicit.dataset === undefined;
  const named = dataset === undefined || isTyped ? [] : [dataset];
  const options = optionsOf(oneDataset([...operands, ...named]), own);
  const isNetwork = startsFrom !== undefined && own.space === undefined && (await namesNetwork(startsFrom));
  const asked = isNetwork ? { ...options, start: startsFrom } : options;
  const flags = isNetwork || startsFrom === undefined ? flagsGiven : { ...flagsGiven, start: startsFrom };
  const { launcher: launcherName } = flags;
  const { members } = await chooseMembers({ ...asked, evaluatorOptions: { launcher: launcherName } });
  const { space, strategy, evaluator, launcher } = members;
  if (flags.start !== undefined && !(await flagsOf(strategy.options)).some(({ field }) => field === "start"))
    throw new GeniusError(
      "wrong-use",
      `The strategy ${strategy.name} takes no --start: it chooses its first design itself. A network to search around is a text or a model, as in --start mine.txt.`,
    );
  const distributed = (these: typeof flags) =>
    distribute(
      these,
      [space, strategy, evaluator, ...(launcher === undefined ? [] : [launcher])],
      Object.keys(searchFlags.shape),
    );
  if (file !== undefined) await ofFile(file, () => distributed(flagsOfFile));
  const [spaceFlags, strategyFlags = {}, evaluatorFlags = {}, launcherFlags = {}] = await distributed(flags);
  // Checked here as well, so that a mistake is told in the flag's own name.
  checkFlags(strategy.options, strategyFlags);
  checkFlags(evaluator.options, evaluatorFlags);
  if (launcher !== undefined) checkFlags(launcher.options, launcherFlags);
  const { environment } = terminal;
  const { onEvent: show } = await createSearchView(terminal, {
    json,
    answersHere: answers !== "dashboard",
  });
  const asOptions = {
    ...asked,
    ...{ spaceOptions: spaceFlags, strategyOptions: strategyFlags, evaluatorOptions: evaluatorFlags },
    ...{ launcherOptions: launcherFlags, out, answers, environment },
  };
  return { options: asOptions, onDone, show };
}

/** Whether a file is a network rather than a list of designs to begin with, which is digits. */
async function namesNetwork(file: string): Promise<boolean> {
  if (!isStart(file)) return false;
  if (!isText(file)) return true;
  const text = await readOwnText(file).catch(() => "a missing file is told when it is opened");
  return /[a-z]/i.test(text.replaceAll(/#.*/g, ""));
}

function oneDataset(named: readonly string[]): string | undefined {
  if (named.length > 1) {
    throw new GeniusError(
      "wrong-use",
      `One dataset, please: ${named.map((name) => `"${name}"`).join(" and ")} were given.`,
    );
  }
  return named[0];
}

/** Puts a settings file below the flags, and checks the whole. */
async function mergeFile(
  given: SearchFlags,
  explicit: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, string | boolean>>,
): Promise<{ settings: SearchFlags; flags: Flags; flagsOfFile: Flags }> {
  const { settings: path } = given;
  if (path === undefined) return { settings: given, flags: rest, flagsOfFile: {} };
  const file = await readSettingsFile(path);
  const known = await flagsOf(searchFlags);
  const own = known.map((flag) => flag.field);
  const pick = (isOwn: boolean) =>
    Object.fromEntries(Object.entries(file).filter(([field]) => own.includes(field) === isOwn));
  const fromFile = await ofFile(path, () => {
    const settings = coerce(pick(true), known);
    checkFlags(searchFlags, settings);
    return settings;
  });
  const flagsOfFile = pick(false);
  const settings = checkFlags(searchFlags, { ...fromFile, ...explicit });
  return { settings, flags: { ...flagsOfFile, ...rest }, flagsOfFile };
}

type Flags = Readonly<Record<string, string | boolean>>;

/** What goes wrong with the settings of a file names it. */
async function ofFile<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (thrown) {
    if (!(thrown instanceof GeniusError)) throw thrown;
    throw new GeniusError(thrown.code, `The settings file ${path}: ${thrown.message}`, { cause: thrown });
  }
}
