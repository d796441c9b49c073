// The report of a run as Markdown: the same words and tables as the page, without the drawings.
import { networkIfAny } from "../search/proposed-network.ts";
import { stopsInWords } from "../search/race/stopped.ts";
import { besideSearches } from "../study/baseline-search-words.ts";
import { chanceOfRun } from "../study/chance.ts";
import { keptLessons } from "../study/kept-lessons.ts";
import { raceOfRun } from "../study/race-words.ts";
import { besideReferenceRun } from "../study/reference-words.ts";
import { checklistSource } from "./checklist.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown.ts";
import { networkSketch } from "./network-sketch.ts";
import { publishedLabel } from "./published.ts";
import { answers, askedInWords, titleOf } from "./run-answers.ts";
import type { RunReportInput } from "./run-facts.ts";
import {
  checklistOf,
  checklistTable,
  publishedTable,
  sourceTable,
  standingTable,
  trialTable,
  troubleTable,
} from "./run-tables.ts";
import { runVerdict } from "./run-verdict.ts";
import { finishCommand, finishWords, tradeOffRemark, tradeOffTable, tradeOffWords } from "./trade-off.ts";

export function runMarkdown(input: RunReportInput): string {
  const { config } = input.record.header;
  const best = input.record.selected;
  const network = best && networkIfAny(input.space, best.proposal);
  const chance = chanceOfRun(input.record);
  const verdict = runVerdict(input.record);
  const trouble = troubleTable(input);
  const standing = standingTable(input);
  const alone = besideReferenceRun(input.record);
  const beside = [
    ...(alone === undefined ? [] : [alone.words]),
    ...(raceOfRun(input.record) ?? []),
    ...besideSearches({ ...input.record, config }).map(({ words }) => words),
  ];
  const tradeOff = tradeOffTable(input);
  const finish = finishCommand(input);
  const published = publishedTable(config.space, config.dataset);
  const lessons = keptLessons(input.record)?.now.text ?? "";
  const stops = stopsInWords(input.record.trials);
  const parts = [
    `# ${markdownText(titleOf(input))}`,
    ...(verdict === undefined ? [] : [`**${markdownText(verdict.words)}**`]),
    `Asked for: ${markdownText(askedInWords(config))}.`,
    ...(input.selectedOn === "test"
      ? ["**Selected on test data:** the table has no other figure. Such figures are optimistic."]
      : []),
    ...(chance === undefined ? [] : [`**${chance}**`]),
    ...answers(input).flatMap(({ question, answer, command }) => [
      `**${question}** ${markdownText(answer)}`,
      ...(command === undefined ? [] : [markdownCode(command)]),
    ]),
    ...(network !== undefined
      ? ["## The best network", markdownCode(networkSketch(network, 100).join("\n"))]
      : []),
    "## Beside other strategies",
    standing.rows.length > 0
      ? markdownTable(standing)
      : beside.length === 0
        ? `Nothing was run to compare it with. To do so:\n\n${markdownCode(`genius baselines ${input.folder}`)}`
        : beside.map((words) => markdownText(words)).join("\n\n"),
    ...(tradeOff.rows.length === 0
      ? []
      : [
          "## Trade-offs",
          [tradeOffWords, tradeOffRemark(config)].filter((words) => words !== undefined).join(" "),
          markdownTable(tradeOff),
          ...(finish === undefined ? [] : [finishWords, markdownCode(finish)]),
        ]),
    ...(lessons === "" ? [] : ["## What the model says it learned (claims)", markdownText(lessons)]),
    ...(stops.length === 0
      ? []
      : [
          "## What the model did not want trained longer (its reasons are claims)",
          stops.map((words) => `- ${markdownText(words)}`).join("\n"),
        ]),
    "## Trials",
    markdownTable(trialTable(input)),
    ...(trouble.rows.length === 0
      ? []
      : ["## Rejected, failed or changed proposals", markdownTable(trouble)]),
    ...(published.rows.length === 0
      ? []
      : [`## Published results (${publishedLabel})`, markdownTable(published)]),
    "## Best-practice checklist",
    `Filled in by the program. Source: ${checklistSource}.`,
    markdownTable(checklistTable(checklistOf(input))),
    "## Where the figures come from",
    markdownTable(sourceTable(input)),
    "## How to repeat it",
    markdownCode(input.command),
  ];
  return `${parts.join("\n\n")}\n`;
}
