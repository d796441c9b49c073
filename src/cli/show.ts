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
import { accuracyBeside } from "../metrics/index.ts";
import {
  authoredTexts,
  bestName,
  diffLineText,
  keyInWords,
  networkSketch,
  onDeviceInWords,
  runVerdict,
  textChange,
} from "../report/index.ts";
import { openRun } from "../runs/open-run.ts";
import { timeOfJournal } from "../runs/run-time.ts";
import { toDigits } from "../search/choices.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { networkOf } from "../search/proposed-network.ts";
import type { Space } from "../search/space.ts";
import { bestSoFar, isEvaluated, isScored } from "../search/trial.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { baselineWords } from "../study/baselines.ts";
import { chanceOfRun } from "../study/chance.ts";
import { type RunRecord, spaceNameOf } from "../study/fold.ts";
import { headlineOfRun } from "../study/headline.ts";
import { experienceWords } from "../study/kept-experience.ts";
import { raceOfRun } from "../study/race-words.ts";
import { jsonTrial } from "./json-trial.ts";
import { sparkline, trialLine } from "./progress.ts";
import { factsOfText, textInWords, textOfSpace } from "./text-facts.ts";

const flags = z.object({
  all: z.boolean().default(false).describe("every trial, not only the last ten"),
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
      finished: `finished: ${result?.reason.replaceAll("-", " ")}`,
      failed: `failed: ${terminalSafe(problem ?? "")} – ${resumable}`,
      stopped: `not finished – ${resumable}`,
      unreadable: problem,
    };
    const say = (line: string) => terminal.out(`${line}\n`);
    say(
      style(
        "bold",
        terminalSafe(
          `${config.dataset} · ${calledShort(spaceNameOf(journal))} · ${config.strategy}${config.model ? ` with ${config.model}` : ""} · seed ${config.seed}`,
        ),
      ),
    );
    const length =
      config.minutes === undefined
        ? `${evaluated.length} of ${counted(config.trials, "evaluation")}`
        : counted(evaluated.length, "evaluation");
    const planned = config.minutes === undefined ? "" : ` of ${config.minutes} min`;
    const { elapsedMs } = journal.spent;
    const took = elapsedMs === 0 ? "" : ` · ${formatDuration(elapsedMs)}${planned}`;
    const ended =
      result !== undefined
        ? ` · ended ${minuteOf(result.time)}`
        : state === "running"
          ? ""
          : ` · last active ${minuteOf(journal.changedAt)}`;
    say(`${length}, ${counted(trials.length, "proposal")} · ${words[state]}${took}${ended}`);
    if (best !== undefined) {
      const scores = bestSoFar(trials).flatMap(({ trial, best }) => (isScored(trial) ? (best ?? []) : []));
      say(`${sparkline(scores.slice(-60))} best so far`);
      say("");
      const name = bestName(space, best.proposal);
      if (name !== undefined) say(style("bold", terminalSafe(name)));
      say(
        `${style("green", headline?.main ?? "")} · trial ${best.number} · ${terminalSafe(keyInWords(space, best.proposal))} · ${formatCount(best.cost.paramCount)} parameters · ${formatCount(best.cost.macCount)} MACs${memoryInWords(best.cost)}`,
      );
      for (const detail of headline?.details ?? []) say(style("dim", detail));
      for (const line of onDevice) say(terminalSafe(line));
      if (chance !== undefined) say(style("yellow", chance));
      const verdict = runVerdict(journal);
      if (verdict !== undefined) say(terminalSafe(verdict.words));
      const others = besideSearches({ ...journal, config });
      for (const line of [...(raceOfRun(journal) ?? []), ...others.map(({ words }) => words)])
        if (line !== verdict?.words) say(terminalSafe(line));
      if (verdict?.kind === "none" && result !== undefined)
        say(style("dim", `What it can be compared with: genius baselines ${terminalSafe(folder)}`));
      if (best.proposal.rationale !== undefined)
        say(`the proposer's reason (its claim): ${terminalSafe(best.proposal.rationale)}`);
      const wonBefore = experienceWords(config.experience, best.proposal);
      if (wonBefore !== undefined && result === undefined) say(`It is ${terminalSafe(wonBefore)}.`);
      say("");
      for (const line of networkSketch(networkOf(space, best.proposal), terminal.columns)) say(line);
      const written = best.proposal.authored ?? journal.writtenSpace;
      const authored = authoredTexts(journal).find(({ text }) => text === written?.text);
      if (authored !== undefined) {
        say("");
        say(`The space that the model wrote, ${counted(authored.trials, "design")} tried:`);
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
        say("Beside it, at the same evaluations:");
        for (const line of baselineWords(baselines, { score: best.outcome.score, metric })) say(line);
      }
    }
    say("");
    for (const trial of options.all ? trials : trials.slice(-10))
      say(cliTruncate(trialLine(trial, { space, metric }), Math.max(80, terminal.columns)));
    for (const note of journal.notes) say(style("dim", `note (${note.about}): ${terminalSafe(note.text)}`));
    return 0;
  },
});

/** ", about 3 min left", as of the journal's last line. */
function leftWords(journal: RunRecord): string {
  const leftMs = journal.result === undefined ? timeOfJournal(journal)?.leftMs : undefined;
  if (leftMs === undefined) return "";
  const since = Date.now() - Date.parse(journal.changedAt);
  return leftMs > since ? `, about ${formatTimeLeft(leftMs - since)} left` : ", about to be done";
}

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
