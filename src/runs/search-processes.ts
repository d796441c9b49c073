// Starts, stops and resumes searches as processes of their own, the same command as a person would type. Arguments go to
// the process as a list, never through a shell, and options only under names that a schema knows. A search
// keeps running when the program that started it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { open, readFile, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fileError, GeniusError } from "../base/errors.ts";
import { writeWhole } from "../base/write-whole.ts";
import { loadEvaluator, loadSpace, loadSpaceWriter, loadStrategy } from "../catalog/load.ts";
import { putTurn } from "../study/inbox.ts";
import { liveHolder } from "../study/lock.ts";
import type { PersonTurn } from "../study/person-turn.ts";
import { defaultMembers, searchSettings } from "../study/settings.ts";
import { flagsOf } from "./flags.ts";
import { createRunFolder } from "./run-folder.ts";

export interface StartOrder {
  readonly dataset?: string | undefined;
  /** By field: the search's own options and those of its members. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  readonly turns?: readonly PersonTurn[] | undefined;
  /** A text of the language to search around or in, which is kept in the run's folder. */
  readonly text?: { readonly use: "start" | "space"; readonly text: string } | undefined;
}

export interface Processes {
  /**
   * Starts a search below `root` and resolves to its folder when its journal is there.
   * @throws GeniusError `wrong-use` with the search's own words when it cannot start.
   */
  start(root: string, order: StartOrder): Promise<string>;
  /** Asks the process to stop, as Ctrl-C does. @throws GeniusError `not-found` when none runs it here. */
  stop(folder: string): Promise<void>;
  /** Goes on with a run. Resolves when its process holds the lock, or has ended well. */
  resume(folder: string, trials?: number): Promise<void>;
  /** Runs baselines beside a run that has ended. Resolves as `resume` does. */
  baselines(folder: string): Promise<void>;
  /** Trains the network of a trial to its end, beside a run that has ended. Resolves as `resume` does. */
  finishTrial(folder: string, trial: number): Promise<void>;
}

const bin = fileURLToPath(new URL("../../bin/genius.js", import.meta.url));
const logName = "search.log";
const patienceMs = 120_000;

export function createProcesses(environment: Readonly<Record<string, string | undefined>>): Processes {
  const launch = async (folder: string, args: readonly string[]): Promise<ChildProcess> => {
    const path = join(folder, logName);
    const log = await open(path, "a").catch((thrown: unknown) => {
      throw fileError(thrown, path, "write");
    });
    try {
      const child = spawn(process.execPath, [bin, ...args], {
        env: environment,
        // Of its own group: Ctrl-C at the dashboard's terminal does not reach it.
        detached: true,
        stdio: ["ignore", "ignore", log.fd],
      });
      child.unref();
      return child;
    } finally {
      await log.close();
    }
  };

  /** Works in the folder of a run that nobody is running. */
  const goOn = async (folder: string, args: readonly string[]) => {
    if ((await liveHolder(folder)) !== undefined)
      throw new GeniusError("locked", `${folder} is running already.`);
    const child = await launch(folder, args);
    await ready(child, folder, async () => (await liveHolder(folder)) !== undefined);
  };

  return {
    async start(root, { dataset, options, turns = [], text }) {
      const { space = "", strategy = "hybrid" } = options;
      if (text !== undefined && space !== "")
        throw new GeniusError("wrong-use", "A search in or around a text names no other space.");
      const args = await searchArguments(dataset, options);
      const name = { space: String(space), strategy: String(strategy), now: new Date() };
      const folder = await createRunFolder(root, name);
      const hasJournal = async () =>
        (await readFile(join(folder, "journal.jsonl")).catch(() => "")).length > 0;
      try {
        for (const turn of turns) await putTurn(folder, turn);
        if (text !== undefined) args.unshift(`--${text.use}=${await keepText(folder, text.text)}`);
        const child = await launch(folder, ["search", ...args, `--out=${folder}`, "--answers=dashboard"]);
        await ready(child, folder, hasJournal);
      } catch (thrown) {
        // Nothing began: what is left is the search's own log, whose words are in the error.
        if (!(await hasJournal())) await rm(folder, { recursive: true, force: true });
        throw thrown;
      }
      return folder;
    },
    async stop(folder) {
      const holder = await liveHolder(folder);
      if (holder === undefined) throw new GeniusError("not-found", `No process runs ${folder}.`);
      if (!holder.isHere)
        throw new GeniusError(
          "not-found",
          `${folder} is run by process ${holder.pid} of another machine: stop it there.`,
        );
      process.kill(holder.pid, "SIGINT");
    },
    resume: (folder, trials) =>
      goOn(folder, [
        "resume",
        folder,
        ...(trials === undefined ? [] : [`--trials=${trials}`]),
        "--answers=dashboard",
      ]),
    baselines: (folder) => goOn(folder, ["baselines", folder]),
    finishTrial: (folder, trial) => goOn(folder, ["finish", folder, `--trial=${trial}`]),
  };
}

/** Writes a person's text into the folder of its run, by the name that it gives itself. */
async function keepText(folder: string, text: string): Promise<string> {
  const name = /^[ \t]*name[ \t]+([A-Za-z][\w-]{0,59})[ \t]*(#.*)?$/m.exec(text)?.[1] ?? "mine";
  const path = join(folder, `${name}.txt`);
  await writeWhole(path, text);
  return path;
}

/** Waits until the search is under way or has ended. */
async function ready(child: ChildProcess, folder: string, isThere: () => Promise<boolean>): Promise<void> {
  const ended = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
  let code: number | undefined;
  ended.then(
    (value) => {
      code = value;
    },
    () => {
      code = 1;
    },
  );
  const until = performance.now() + patienceMs;
  while (code === undefined && performance.now() < until) {
    if (await isThere()) return;
    await wait(50);
  }
  if (code === 0 || code === undefined) return;
  throw new GeniusError("wrong-use", await lastWords(folder));
}

/** What the search said last, without the name of the command. */
export async function lastWords(folder: string): Promise<string> {
  const text = await readFile(join(folder, logName), "utf8").catch(() => "");
  const lines = text.trim().split("\n").slice(-8);
  const own = lines.findLastIndex((line) => line.startsWith("genius: "));
  return (
    (own === -1 ? lines : lines.slice(own)).join("\n").replace(/^genius: /, "") || "The search did not start."
  );
}

/**
 * The arguments of a search, each option as one argument `--flag=value`, so that no value can be taken for a flag.
 * @throws GeniusError `wrong-use` for a field that no schema knows, `unknown-name` for a member.
 */
export async function searchArguments(
  dataset: string | undefined,
  options: StartOrder["options"],
): Promise<string[]> {
  const named = (field: string, fallback: string) =>
    typeof options[field] === "string" && options[field] !== "" ? (options[field] as string) : fallback;
  const space = named("space", defaultMembers.space);
  const schemas = [
    searchSettings,
    ...((await loadSpaceWriter(space)) === undefined ? [(await loadSpace(space)).options] : []),
    (await loadStrategy(named("strategy", defaultMembers.strategy))).options,
    (await loadEvaluator(named("evaluator", defaultMembers.evaluator))).options,
    ...(options.evaluator === undefined ? [(await loadEvaluator("table")).options] : []),
  ];
  const flags = (await Promise.all(schemas.map((schema) => flagsOf(schema)))).flat();
  const known = new Map(flags.map((flag) => [flag.field, flag]));
  const args = Object.entries(options).flatMap(([field, value]) => {
    const flag = known.get(field);
    if (flag === undefined)
      throw new GeniusError("wrong-use", `There is no option "${field}" for this search.`);
    return value === "" ? [] : [`${flag.flag}=${String(value)}`];
  });
  // A path that begins with a hyphen must not be taken for a flag.
  if (dataset === undefined || dataset === "") return args;
  return [...args, dataset.startsWith("-") ? `.${sep}${dataset}` : dataset];
}
