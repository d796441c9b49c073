// The report of a run: one HTML file that a stranger can read without anything else. It says what was asked, what was
// found, how that compares, what it cost, where every figure comes from and how to repeat it. Everything that came
// from a journal, a file name or a model is text to it, never markup.

import type { JsonObject } from "../base/json.ts";
import { quote } from "../base/shell.ts";
import { counted, formatCount, formatDuration, formatFileSize, minuteOf } from "../base/units.ts";
import type { Network } from "../graph/network.ts";
import { networkName } from "../graph/network-name.ts";
import { printIfSayable } from "../language/index.ts";
import { formatScore, metricTitle, metricWords } from "../metrics/index.ts";
import { memoryInWords } from "../search/constraints/limit-words.ts";
import { isDesignOf, networkIfAny, plainDesignName } from "../search/proposed-network.ts";
import { stopsInWords } from "../search/race/stopped.ts";
import { isScored, type Trial } from "../search/trial.ts";
import { chanceOfRun } from "../study/chance.ts";
import { headlineOfRun } from "../study/headline.ts";
import { experienceWords } from "../study/kept-experience.ts";
import { keptLessons } from "../study/kept-lessons.ts";
import { raceOfRun } from "../study/race-words.ts";
import { besideReferenceRun } from "../study/reference-words.ts";
import { spendingOf } from "../study/spending.ts";
import { alternativesInWords, authoredTexts } from "./authored-texts.ts";
import { kindName, reasonWords } from "./best-name.ts";
import { seriesClass } from "./charts/chart.ts";
import { checklistSource } from "./checklist.ts";
import { conversationFolds } from "./conversation-fold.ts";
import { earlyLateCaption, earlyLateInWords } from "./early-late.ts";
import { html, type Markup, svg } from "./markup.ts";
import { outlineOf } from "./network-outline.ts";
import { thumbnailBars } from "./network-thumbnail.ts";
import {
  commandBlock,
  commandInText,
  definitions,
  figure,
  fold,
  list,
  notice,
  pageText,
  type Section,
  table,
} from "./page.ts";
import { publishedLabel } from "./published.ts";
import { answers, askedInWords, changesOf, titleOf } from "./run-answers.ts";
import { runCharts } from "./run-charts.ts";
import { type RunReportInput, runEarlyLate } from "./run-facts.ts";
import {
  checklistOf,
  checklistTable,
  publishedTable,
  settingsTable,
  sourceTable,
  standingTable,
  trialTable,
  troubleTable,
} from "./run-tables.ts";
import { runVerdict } from "./run-verdict.ts";
import { diffLineText, textChange } from "./text-change.ts";
import { finishCommand, finishWords, tradeOffRemark, tradeOffTable, tradeOffWords } from "./trade-off.ts";
import { trainedFacts, trainedNetworkBody } from "./trained-network.ts";

/** The whole page as text. The same input gives the same page. */
export function runReport(input: RunReportInput): string {
  const charts = runCharts(input);
  const sections: (Section | undefined)[] = [
    section("network", "The best network", networkBody(input, charts.network)),
    section("progress", "The search", progressBody(input, charts)),
    section(
      "cost",
      `${metricTitle(input.record.header.config.metric)} against cost`,
      charts.costs.length === 0 ? undefined : html`${charts.costs.map(figure)}`,
    ),
    section("learning", "Learning curves", charts.learning && figure(charts.learning)),
    section("trained", "The trained network", trainedBody(input, charts.final)),
    section("decisions", "What the decisions were worth", charts.worth && figure(charts.worth)),
    section("early-late", "Simple early, complex late?", earlyLateBody(input)),
    section("reasons", "Stated reasons", reasonsBody(input)),
    section("calibration", "Predicted and measured", charts.calibration && figure(charts.calibration)),
    section("authored", "The spaces that the model wrote", authoredBody(input)),
    section("lessons", "What the model says it learned", lessonsBody(input)),
    section("stops", "What the model did not want trained longer", stopsBody(input)),
    section("conversation", "The conversation", conversationBody(input)),
    section("trouble", "Rejected, failed or changed proposals", troubleBody(input)),
    section("trade-offs", "Trade-offs", tradeOffBody(input)),
    section(
      "trials",
      "All trials",
      fold(counted(input.record.trials.length, "trial"), capped(trialTable(input), 2000)),
    ),
    section(
      "published",
      "Published results",
      publishedBody(input.record.header.config.space, input.record.header.config.dataset),
    ),
    section("checklist", "Best-practice checklist", checklistBody(input)),
    section(
      "sources",
      "Where the figures come from",
      html`${table(sourceTable(input))}${notesBody(input)}${fold("All settings and provenance", table(settingsTable(input)))}`,
    ),
    section(
      "repeat",
      "How to repeat it",
      html`${commandBlock(input.command)}<p class="soft">It makes a new run. The journal, <code>${input.folder}/journal.jsonl</code>, has all settings of this one.</p>`,
    ),
  ];
  return pageText({
    title: titleOf(input),
    lead: leadOf(input),
    sections: sections.filter((entry) => entry !== undefined),
  });
}

/** In the order in which they were searched. */
function authoredBody({ record, space }: RunReportInput): Markup | undefined {
  const texts = authoredTexts(record);
  if (texts.length === 0) return undefined;
  const { metric } = record.header.config;
  return html`${texts.map((authored, index) => {
    const { text, reasons, trials, best } = authored;
    // A space that was written before the search is the run's own, whose decisions have a section.
    const effects = record.writtenSpace === undefined ? alternativesInWords(authored, { record, space }) : [];
    const reached =
      best === undefined
        ? "none scored"
        : `the best, trial ${best.number}, ${formatScore(metric, best.outcome.score)}`;
    return html`<h3>${texts.length === 1 ? "The space" : `Space ${index + 1}`}</h3><p>${counted(trials, "design")} of it, ${reached}.</p>${reasons !== "" && html`<p>Its reasons, claims and not findings:</p><blockquote>${reasons}</blockquote>`}<pre>${text}</pre>${effects.length > 0 && html`<p>Each option beside the others of its decision, with two standard errors:</p>${list(effects)}`}`;
  })}`;
}

/** The lessons that a model kept, and how they came about. */
function lessonsBody({ record }: RunReportInput): Markup | undefined {
  const kept = keptLessons(record);
  if (kept === undefined) return undefined;
  const { now, history } = kept;
  const steps = list(
    history.map(({ trial, text, byPerson }) => {
      const said = text === "" ? "struck out" : text;
      return `${byPerson ? "edited by a person" : "written"} with trial ${trial}: ${said}`;
    }),
  );
  return html`<p>Written by the model in its replies${now.isEdited ? " and edited last by the person who ran the search" : ""}; claims, and not findings.</p><blockquote>${now.text || "None in force."}</blockquote>${fold(`How they came about: ${counted(history.length, "text")}`, steps)}`;
}

/** The trials that a model did not want trained longer, by the clock, and what came of that. */
function stopsBody({ record }: RunReportInput): Markup | undefined {
  const words = stopsInWords(record.trials);
  if (words.length === 0) return undefined;
  return html`<p>Its reasons are claims, and not findings: what a longer training would have brought is not known.</p>${list(words)}`;
}

/** The remark of the first GENIUS experiments, checked on this run. */
function earlyLateBody(input: RunReportInput): Markup | undefined {
  const answer = runEarlyLate(input);
  if (answer === undefined) return undefined;
  if ("unknown" in answer) return html`<p>Not known. ${answer.unknown}</p>`;
  const profile = table({
    columns: ["decision", "place", "complexity, best", "complexity, feasible"],
    rows: answer.profile.map(({ decision, place01, best01, feasible01 }) => [
      decision,
      ...[place01, best01, feasible01].map((value) => value.toFixed(2)),
    ]),
  });
  return html`<p>${earlyLateInWords(answer)}</p><p class="soft">${earlyLateCaption}</p>${fold("Place and mean complexity of each decision, from 0 to 1", profile)}`;
}

function trainedBody(
  input: RunReportInput,
  curve: ReturnType<typeof runCharts>["final"],
): Markup | undefined {
  const body = trainedNetworkBody(input.trained ?? {}, input.record.header.config.metric);
  if (body === undefined && curve === undefined) return undefined;
  return html`${body}${curve && figure(curve)}`;
}

function section(id: string, title: string, body: Markup | undefined): Section | undefined {
  return body === undefined ? undefined : { id, title, body };
}

function leadOf(input: RunReportInput): Markup {
  const { record, selectedOn, space } = input;
  const { config } = record.header;
  const best = record.selected;
  const chance = chanceOfRun(record);
  const spending = spendingOf(input.record, input.calls ?? []);
  const cards: [string, string][] = [];
  if (best !== undefined) {
    cards.push([
      "parameters, MACs",
      `${formatCount(best.cost.paramCount)}, ${formatCount(best.cost.macCount)}`,
    ]);
    const memory = memoryInWords(best.cost).replace(/^, /, "");
    if (memory !== "") cards.push(["memory", memory]);
  }
  if (best !== undefined) {
    const { latencyMs, modelBytes } = trainedFacts(input.trained?.test);
    if (latencyMs !== undefined)
      cards.push(["one image, where it was trained", `${latencyMs.toFixed(2)} ms`]);
    if (modelBytes !== undefined) cards.push(["size of model.onnx", formatFileSize(modelBytes)]);
  }
  cards.push([
    "spent",
    `${counted(spending.evaluations, "evaluation")}, ${formatDuration(spending.elapsedMs)}`,
  ]);
  if (record.result !== undefined) cards.push(["ended", minuteOf(record.result.time)]);
  const network = best && networkIfAny(space, best.proposal);
  const verdict = runVerdict(record);
  // Of a table without another figure the notice below says it.
  const details = selectedOn === "test" ? [] : (headlineOfRun(record)?.details ?? []);
  return html`${network && thumbnail(network)}${details.length > 0 && html`<ul class="soft plain">${details.map((detail) => html`<li>${detail}</li>`)}</ul>`}${verdict && html`<p><strong>${verdict.words}</strong></p>`}${record.result === undefined && notice("This run has no result line: it is still running, or was stopped. The report shows what is there.")}${definitions(cards)}<p>Asked for: ${askedInWords(config)}.</p>${record.notes.filter(({ dataHash }) => dataHash !== undefined).map(({ text }) => notice(`In this run, ${text}.`))}${chance !== undefined && notice(chance)}${selectedOn === "test" && notice("Selected on test data: the table has no other figure. Such figures are optimistic.")}
<h2>In short</h2>${answers(input).map(({ question, answer, command: line }) => html`<h3>${question}</h3><p>${answer}</p>${line !== undefined && commandBlock(line)}`)}`;
}

/** The network at a glance, as beside its name in the dashboard. */
function thumbnail(network: Network): Markup {
  const [width, height] = [240, 110];
  const bars = thumbnailBars(outlineOf(network), { width, height });
  return svg`<svg class="chart" role="img" aria-label="${networkName(network)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">${bars.map(({ x, y, series, ...size }) => svg`<rect class="dot ${seriesClass(series)}" x="${x}" y="${y}" width="${size.width}" height="${size.height}" rx="2"/>`)}</svg>`;
}

function networkBody(input: RunReportInput, picture: ReturnType<typeof runCharts>["network"]): Markup {
  const best = input.record.selected;
  if (best === undefined) return html`<p>No design was scored.</p>`;
  const { choices, rationale } = best.proposal;
  const decisions =
    input.space === undefined || !isDesignOf(input.space, best.proposal)
      ? undefined
      : fold(
          `Its ${choices.length} choices`,
          table({
            columns: ["decision", "choice", "what it changes"],
            rows: input.space.decisions.map(({ name, options, meaning }, index) => [
              name,
              options[choices[index]!]?.label ?? String(choices[index]),
              meaning,
            ]),
          }),
          `design ${plainDesignName(input.space, best.proposal)}`,
        );
  const network = networkIfAny(input.space, best.proposal);
  const text = network && printIfSayable(network);
  const change = textChange(input.space, input.record);
  const wonBefore = experienceWords(input.record.header.config.experience, best.proposal);
  return html`${wonBefore && html`<p>It is ${wonBefore}.</p>`}${picture === undefined ? html`<p>The space is not known here, so the network is not drawn.</p>` : figure(picture)}${text && fold("As a text", html`<pre>${text}</pre>`, "save it as net.txt and run: genius cost net.txt")}${change && fold("What the search changed in your text", html`<pre>${change.map(diffLineText).join("\n")}</pre>`, "lines with − are yours, lines with + are the design's")}${decisions}${rationale === undefined || wonBefore !== undefined ? undefined : html`<p>${reasonWords(best.proposal)}:</p><blockquote>${rationale}</blockquote>`}`;
}

function progressBody(input: RunReportInput, charts: ReturnType<typeof runCharts>): Markup {
  const standing = standingTable(input);
  const alone = besideReferenceRun(input.record);
  const baselines =
    standing.rows.length > 0
      ? table(standing, "The run beside other strategies after the same number of evaluations")
      : alone === undefined &&
        input.record.searches.length === 0 &&
        raceOfRun(input.record) === undefined &&
        notice(
          html`Nothing was run to compare this search with, so this report cannot say whether it was worth its time. To run it and write the report again: ${commandInText(`genius baselines ${quote(input.folder)}`)}, then ${commandInText(`genius report ${quote(input.folder)}`)}.`,
        );
  return html`${charts.bestSoFar && figure(charts.bestSoFar)}${baselines}`;
}

function troubleBody(input: RunReportInput): Markup {
  const trouble = troubleTable(input);
  return trouble.rows.length === 0
    ? html`<p>None: every proposal was scored as it was proposed.</p>`
    : capped(trouble, 500);
}

/** Characters of a reason that has room in a table. */
const maxInTable = 90;
/** Rows that are seen without a click. */
const maxUnfolded = 12;

function reasonsBody(input: RunReportInput): Markup | undefined {
  const reasoned = input.record.trials.filter((trial) => trial.proposal.rationale !== undefined);
  if (reasoned.length === 0) return undefined;
  const shown = reasoned.slice(0, 300);
  const { metric } = input.record.header.config;
  const resultOf = (trial: Trial) =>
    isScored(trial) ? formatScore(metric, trial.outcome.score) : trial.outcome.kind;
  const changes = shown.flatMap((trial) => {
    const change = changesOf(input, trial);
    return change === undefined ? [] : [[trial.number, change]];
  });
  const reasons = table({
    columns: ["trial", metricWords(metric), "reason"],
    rows: shown.map((trial) => [trial.number, resultOf(trial), trial.proposal.rationale ?? ""]),
  });
  const isShort = shown.every(({ proposal }) => [...(proposal.rationale ?? "")].length <= maxInTable);
  return html`<p>Why each design was proposed, in the words of the strategy or the model. These are claims: nothing here checks them.${reasoned.length > shown.length ? ` The first ${shown.length} of ${reasoned.length} are shown.` : undefined}</p>${
    isShort
      ? html`${shown.length > maxUnfolded ? fold(counted(shown.length, "reason"), reasons) : reasons}${changes.length > 0 && fold("What each changed", table({ columns: ["trial", "change"], rows: changes }))}`
      : shown.map((trial) => {
          const changes = changesOf(input, trial);
          return fold(
            `Trial ${trial.number}: ${kindName(input.space, trial.proposal)}`,
            html`<blockquote>${trial.proposal.rationale}</blockquote>${changes === undefined ? undefined : html`<p class="soft">${changes}</p>`}`,
            resultOf(trial),
          );
        })
  }`;
}

/** The published rows for a space and a data set, under their label. */
export function publishedBody(space: string, dataset: string): Markup | undefined {
  const published = publishedTable(space, dataset);
  if (published.rows.length === 0) return undefined;
  return html`<p><strong>Reported, not run here.</strong> Budgets, seeds and trainings differ from paper to paper, so these figures give orientation and are not tested against the others.</p>${fold(`${published.rows.length} rows, ${publishedLabel}`, table(published))}`;
}

function checklistBody(input: RunReportInput): Markup {
  return html`<p class="soft">Filled in by the program from what it knows of this run. Source: ${checklistSource}.</p>${table(checklistTable(checklistOf(input)))}`;
}

function notesBody({ record }: RunReportInput): Markup | undefined {
  const notes = [
    ...record.warnings.map((warning) => `Warning: ${warning}`),
    ...record.notes.map(
      (note) =>
        `${minuteOf(note.time)}, ${note.about}${note.trialNumber === undefined ? "" : `, trial ${note.trialNumber}`}: ${note.text}`,
    ),
  ];
  return notes.length === 0 ? undefined : html`<h3>Notes in the journal</h3>${list(notes)}`;
}

function conversationBody({ record, calls }: RunReportInput): Markup | undefined {
  if (calls === undefined || calls.length === 0) return undefined;
  const trialsOfCall = (call: number) =>
    record.trials.filter((trial) => trial.proposal.call === call).map((trial) => trial.number);
  return html`<p>Every call to the model, whole, in order.</p>${conversationFolds(calls as unknown as readonly JsonObject[], trialsOfCall)}`;
}

function capped(data: Parameters<typeof table>[0], most: number): Markup {
  const rest = data.rows.length - most;
  return html`${table({ columns: data.columns, rows: data.rows.slice(0, most) })}${rest > 0 ? html`<p class="soft">${rest} more rows are in the journal.</p>` : undefined}`;
}

function tradeOffBody(input: RunReportInput): Markup | undefined {
  const found = tradeOffTable(input);
  if (found.rows.length === 0) return undefined;
  const remark = tradeOffRemark(input.record.header.config);
  const finish = finishCommand(input);
  return html`<p>${tradeOffWords}${remark && ` ${remark}`}</p>${table(found)}${finish !== undefined && html`<p class="soft">${finishWords}</p>${commandBlock(finish)}`}`;
}
