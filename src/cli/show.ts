// `genius show`: a run in the terminal – what was asked, the best network, how it was found, what it cost.
import cliTruncate from "cli-truncate";
import { z } from "zod";
import { GeniusError } from "../base/errors.ts";
import { calledShort } from "../base/own-file.ts";
import { jsonLine, style, terminalSafe } from "../base/terminal-text.ts";
import { counted, formatCount, formatDuration, formatTimeLeft, minuteOf } from "../base/units.ts";
import { isNetwork } from "../catalog/load.ts";
import { defineCommand, type Terminal } from "../command/command.ts";
import { openSpaceByFlags } from "../command/members.ts";
import { unknownFlag } from "../command/options.ts";
import { accuracyBeside, metricWords } from "../metrics/index.ts";
import {
  authoredTexts,
  bestName,
  diffLineText,
  keyInWords,
  networkSketch,
  onDeviceInWords,
  reasonWords,
  runVerdict,
  textChange,
} from "../report/index.ts";
import { openRun } from "../runs/open-run.ts";
import { timeOfJournal } from "../runs/run-time.ts";
import { toDigits } from "../search/choices.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { networkOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import { bestSoFar, isEvaluated, isScored, type Trial } from "../search/trial.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { baselineWords } from "../study/baselines.ts";
import { chanceOfRun } from "../study/chance.ts";
import { evaluatorFacts, type RunRecord, spaceNameOf } from "../study/fold.ts";
import { headlineOfRun } from "../study/headline.ts";
import { experienceWords } from "../study/kept-experience.ts";
import { raceOfRun } from "../study/race-words.ts";
import { jsonTrial } from "./json-trial.ts";
import { sparkline, trialLine } from "./progress.ts";
import { factsOfText, textInWords, textOfSpace } from "./text-facts.ts";
import { wrapped } from "./wrapped.ts";

const flags = z.object({
  all: z
    .boolean()
    .default(false)
    .describe("every trial, not only the last ten and those that the verdict names"),
  space: z.string().optional().describe("a space in place of a run").meta({ placeholder: "NAME|FILE" }),
  format: z
    .enum(["words", "text"])
    .default("words")
    .describe("with --space: its decisions in words, or the space as a text of the language"),
  json: z.boolean().default(false).describe("one JSON object on standard output"),
});

export default defineCommand({
  options: flags,
  passesRest: true,
  more: `Examples:
  genius show runs/…
  genius show net.txt
  genius show resnet-8 --image-size 28   (one of genius list references)
  genius show --space mobile --image-size 28 --channels 1 --format text > mine.txt   (a space to change and search)`,
  async run({ operands, options, rest, terminal }) {
    const [folder] = operands;
    if (options.space !== undefined && operands.length === 0)
      return showSpace(options.space, { options, rest, terminal });
    if (folder !== undefined && operands.length === 1 && isNetwork(folder)) {
      const space = await openSpaceByFlags(folder, rest, Object.keys(flags.shape));
      if (options.json) terminal.out(jsonLine(factsOfText(space)));
      else for (const line of linesOfText(space, terminal.columns)) terminal.out(`${line}\n`);
      return 0;
    }
    if (options.space !== undefined || options.format !== "words")
      throw new GeniusError(
        "wrong-use",
        "--space and --format show a space, not a run: genius show --space NAME --format text.",
      );
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) throw unknownFlag(unknown, Object.keys(flags.shape));
    if (folder === undefined || operands.length > 1)
      throw new GeniusError(
        "wrong-use",
        "Name one run's folder, a text or a hand-designed network: genius show runs/….",
      );
    const { journal, space, state, problem } = await openRun(folder);
    const { config } = journal.header;
    const { metric } = config;
    const { trials, result, selected: best } = journal;
    const chance = chanceOfRun(journal);
    const headline = headlineOfRun(journal);
    const onDevice = onDeviceInWords(journal, space);
    if (options.json) {
      const choices = best && toDigits(space, best.proposal.choices);
      terminal.out(
        jsonLine({
          ...{ state, config, metric, atChance: chance !== undefined },
          best: best && { ...jsonTrial(best), choices },
          ...(onDevice.length > 0 && { onDevice }),
          result: result && { ...result, ...accuracyBeside("testAccuracy01", result.testMetrics) },
          ...(journal.searches.length > 0 && { searches: journal.searches }),
          trials: trials.map(jsonTrial),
        }),
      );
      return 0;
    }
    for (const warning of journal.warnings) terminal.error(`${terminalSafe(warning)}\n`);
    const evaluated = trials.filter(isEvaluated);
    const resumable = `continue with: genius resume ${folder}`;
    const words = {
      running: `running${leftWords(journal)}`,
      finished: result === undefined ? "finished" : `finished: ${endWords[result.reason]}`,
      failed: `failed: ${terminalSafe(problem ?? "")} – ${resumable}`,
      stopped: `not finished – ${resumable}`,
      unreadable: problem,
    };
    const say = (line: string) => terminal.out(`${line}\n`);
    /** Of sentences, which a terminal would break within words. */
    const sayWords = (words: string) =>
      say(terminal.showsResults === true ? wrapped(words, terminal.columns) : words);
    sayWords(
      style(
        "bold",
        terminalSafe(
          `${config.dataset} · space ${calledShort(spaceNameOf(journal))} · strategy ${config.strategy}${config.model ? ` with ${config.model}` : ""} · seed ${config.seed}`,
        ),
      ),
    );
    const length =
      config.minutes === undefined
        ? `${evaluated.length} of ${counted(config.trials, "evaluation")}`
        : counted(evaluated.length, "evaluation");
    const planned = config.minutes === undefined ? "" : ` of ${config.minutes} min`;
    // Of a running one until now, as what is left.
    const elapsedMs = journal.spent.elapsedMs + (state === "running" ? sinceChanged(journal) : 0);
    const took = elapsedMs === 0 ? "" : ` · ${formatDuration(elapsedMs)}${planned}`;
    const ended =
      result !== undefined
        ? ` · ended ${minuteOf(result.time)}`
        : state === "running"
          ? ""
          : ` · last active ${minuteOf(journal.changedAt)}`;
    const proposals = trials.length === evaluated.length ? "" : ` of ${counted(trials.length, "proposal")}`;
    sayWords(`${length}${proposals} · ${words[state]}${took}${ended}`);
    if (best !== undefined) {
      const scores = bestSoFar(trials).flatMap(({ trial, best }) => (isScored(trial) ? (best ?? []) : []));
      say(`${sparkline(scores.slice(-Math.max(10, Math.min(60, terminal.columns - 14))))} best so far`);
      say("");
      const key = terminalSafe(keyInWords(space, best.proposal));
      const name = bestName(space, best.proposal);
      sayWords(style("bold", name === undefined ? key : terminalSafe(name)));
      say(style("green", headline?.main ?? ""));
      for (const detail of headline?.details ?? []) sayWords(`  ${detail}`);
      const code = best.proposal.network === undefined ? ` · design ${key}` : "";
      sayWords(
        `trial ${best.number} · ${formatCount(best.cost.paramCount)} parameters · ${formatCount(best.cost.macCount)} MACs${memoryInWords(best.cost)}${code}`,
      );
      for (const line of onDevice) sayWords(terminalSafe(line));
      if (chance !== undefined) sayWords(style("yellow", chance));
      const verdict = runVerdict(journal);
      if (verdict !== undefined) sayWords(terminalSafe(verdict.words));
      const others = besideSearches({ ...journal, config });
      for (const line of [...(raceOfRun(journal) ?? []), ...others.map(({ words }) => words)])
        if (line !== verdict?.words) sayWords(terminalSafe(line));
      if (verdict?.kind === "none" && result !== undefined)
        say(style("dim", `What it can be compared with: genius baselines ${terminalSafe(folder)}`));
      // At the end the verdict says it.
      const wonBefore = experienceWords(config.experience, best.proposal);
      if (wonBefore !== undefined && result === undefined) sayWords(`It is ${terminalSafe(wonBefore)}.`);
      if (wonBefore === undefined && best.proposal.rationale !== undefined)
        sayWords(`${reasonWords(best.proposal)}: ${terminalSafe(best.proposal.rationale)}`);
      say("");
      for (const line of networkSketch(networkOf(space, best.proposal), terminal.columns)) say(line);
      const written = best.proposal.authored ?? journal.writtenSpace;
      const texts = authoredTexts(journal);
      const authored = texts.find(({ text }) => text === written?.text);
      if (authored !== undefined) {
        say("");
        const which =
          texts.length === 1
            ? "The space that the model wrote"
            : `Space ${texts.indexOf(authored) + 1} of ${texts.length} that the model wrote (all are in the report)`;
        say(`${which}, ${counted(authored.trials, "design")} tried:`);
        for (const line of authored.text.trimEnd().split("\n")) say(style("dim", `  ${terminalSafe(line)}`));
        if (authored.reasons !== "") say(`its reasons (claims): ${terminalSafe(authored.reasons)}`);
      }
      const change = textChange(space, journal);
      if (change !== undefined) {
        say("");
        say("What the search changed in your text:");
        for (const line of change)
          say(
            style(
              ({ same: "dim", gone: "red", new: "green" } as const)[line.kind],
              terminalSafe(diffLineText(line)),
            ),
          );
      }
      const { baselines } = journal;
      if (baselines.length > 0) {
        say("");
        say("Beside it, after as many evaluations:");
        for (const line of baselineWords(baselines, { score: best.outcome.score, metric })) sayWords(line);
      }
    }
    say("");
    const listed = options.all ? trials : lastAndNamed(journal);
    const { selectedOn } = evaluatorFacts(journal);
    if (listed.length > 0) {
      const count =
        listed.length < trials.length
          ? `${listed.length} of ${counted(trials.length, "trial")} (--all shows every one)`
          : counted(trials.length, "trial");
      sayWords(
        style("bold", `${count}, with their ${metricWords(metric)} on ${selectedOn} data in the search:`),
      );
    }
    for (const trial of listed) {
      const line = trialLine(trial, { space, metric });
      say(terminal.showsResults === true ? cliTruncate(line, terminal.columns) : line);
    }
    for (const note of journal.notes)
      sayWords(style("dim", `note (${note.about}): ${terminalSafe(note.text)}`));
    return 0;
  },
});

const endWords: Readonly<Record<NonNullable<RunRecord["result"]>["reason"], string>> = {
  "trials-spent": "all its evaluations were made",
  "time-spent": "its time was used up",
  "ended-by-person": "a person ended the search",
  "no-longer-pays": "more evaluations were not worth their time",
  "space-exhausted": "every design was tried",
  "budget-spent": "its budget for the model was used up",
  "conversation-ended": "the recorded conversation was at its end",
};

/** The last ten trials, and those that the verdict speaks of. */
function lastAndNamed({ trials, selected, result }: RunRecord): readonly Trial[] {
  const named = [selected?.number, result?.verdict?.reference, result?.verdict?.design];
  const last = trials.slice(-10);
  return trials.filter((trial) => last.includes(trial) || named.includes(trial.number));
}

/** ", about 3 min left", as of the journal's last line. */
function leftWords(journal: RunRecord): string {
  const leftMs = journal.result === undefined ? timeOfJournal(journal)?.leftMs : undefined;
  if (leftMs === undefined) return "";
  const since = sinceChanged(journal);
  return leftMs > since ? `, about ${formatTimeLeft(leftMs - since)} left` : ", about to be done";
}

/** Milliseconds since the journal's last line. */
const sinceChanged = ({ changedAt }: RunRecord) => Math.max(0, Date.now() - Date.parse(changedAt));

interface SpaceShown {
  readonly options: z.output<typeof flags>;
  readonly rest: Readonly<Record<string, string | boolean>>;
  readonly terminal: Terminal;
}

async function showSpace(name: string, { options, rest, terminal }: SpaceShown): Promise<number> {
  const space = await openSpaceByFlags(name, rest, Object.keys(flags.shape));
  if (options.format === "text") {
    const text = textOfSpace(space);
    terminal.out(options.json ? jsonLine({ text }) : text);
  } else if (options.json) terminal.out(jsonLine(factsOfText(space)));
  else for (const line of linesOfText(space, terminal.columns)) terminal.out(`${line}\n`);
  return 0;
}

/** A network's layers, or a space's decisions. */
const linesOfText = (space: Space, columns: number): readonly string[] =>
  space.decisions.length === 0 ? networkSketch(space.decode([]), columns) : textInWords(space);
