// The prompts that were the default until November 2026, of llm and of hybrid, word for word: recorded conversations are
// found again by what was said, so nothing here may change.
import { formatCount, formatPercent } from "../../base/units.ts";
import type { ChatMessage } from "../../llm/index.ts";
import type { Domain } from "../constraints/domain.ts";
import { isScored, type ScoredTrial, type Trial } from "../trial.ts";
import { insightsText, type PromptContext } from "./default-prompt.ts";
import { describeCosts, describeDecisions, describeLimits, designText } from "./describe-space.ts";
import { beliefsText, type HybridPromptState } from "./hybrid-prompt.ts";
import { type ScoreWords, scoreWords } from "./score-words.ts";

const system =
  "You design neural networks by choosing one option for each decision of a search space. Every design you propose is trained and measured, and the results come back to you. Think about what the results so far say – which options helped, which cost more than they brought – before you propose. Prefer designs that differ from what was tried in ways that teach something. Answer with one JSON object and nothing else.";

/** The conversation to send: always a fresh one, so that its length does not grow with the search. */
export function prompt2026(context: PromptContext): readonly ChatMessage[] {
  const { domain, task, costs = true } = context;
  const limits = describeLimits(domain.limits);
  const parts = [
    `Task: ${task}`,
    `Search space ${domain.space.name}: ${domain.space.summary}`,
    describeDecisions(domain),
    ...(costs ? [describeCosts(domain)] : []),
    limits === undefined
      ? "There are no limits on size."
      : `Limits: ${limits}. A design outside them is changed to the nearest one inside, so aim inside.`,
    historyText(context),
    ...insightsText(context.insights),
    ask(domain, context.left, scoreWords(context.metric)),
  ];
  return [
    { role: "system", content: system },
    { role: "user", content: parts.join("\n\n") },
  ];
}

function ask({ space }: Domain, left: number, { field }: ScoreWords): string {
  const { firstDigit } = space;
  return `${left} evaluations are left. Propose the next design: a JSON object {"reason": "…", "choices": [${space.decisions.length} numbers, each ${firstDigit} or more, in the order of the decisions], "${field}": …}. It must be one that was not tried.`;
}

/** The best, the latest and – as far as there is room – the most different of what was tried. */
function historyText({ domain, history, pending, shown, costs = true }: PromptContext): string {
  const scored = history.filter(isScored);
  const refused = history.filter(({ outcome }) => outcome.kind === "infeasible").slice(-4);
  const nominal = history.filter(({ proposal }) => proposal.nominalScore !== undefined);
  const waiting = pending.filter(({ unreadable }) => unreadable === undefined);
  const beingTried =
    waiting.length === 0
      ? ""
      : `\nBeing evaluated now:\n${waiting.map(({ choices }) => `  ${designText(domain, choices)}`).join("\n")}`;
  const outside = refused.map(
    (trial) =>
      `  ${designText(domain, trial.proposal.choices)}  outside the limits: ${formatCount(trial.cost.macCount)} MACs, ${formatCount(trial.cost.paramCount)} parameters`,
  );
  if (scored.length + nominal.length === 0) {
    return [`Nothing was measured yet.${beingTried}`, ...outside].join("\n");
  }
  const chosen = chooseHistory(scored, shown);
  const costOf = ({ cost }: Trial) =>
    costs ? `  ${formatCount(cost.macCount)} MACs, ${formatCount(cost.paramCount)} parameters` : "";
  const line = (trial: Trial, score: number) =>
    `  ${designText(domain, trial.proposal.choices)}  ${formatPercent(score)}${costOf(trial)}`;
  const lines = [
    ...nominal.map((trial) => line(trial, trial.proposal.nominalScore ?? 0)),
    ...chosen.map((trial) => line(trial, trial.outcome.score)),
  ];
  const left = scored.length - chosen.length;
  const more = left > 0 ? ` (${left} others are left out)` : "";
  const failed = history.filter(
    ({ outcome, proposal }) =>
      outcome.kind === "failed" && outcome.reason !== "duplicate" && proposal.unreadable === undefined,
  );
  const failures = failed
    .slice(-3)
    .map(
      (trial) =>
        `  ${designText(domain, trial.proposal.choices)}  failed: ${trial.outcome.kind === "failed" ? trial.outcome.reason : ""}`,
    );
  return `Results so far, best first${more}:\n${[...lines, ...failures, ...outside].join("\n")}${beingTried}`;
}

function chooseHistory(scored: readonly ScoredTrial[], shown: number): readonly ScoredTrial[] {
  const ranked = [...scored].sort((a, b) => b.outcome.score - a.outcome.score);
  if (ranked.length <= shown) return ranked;
  const chosen = new Set([...ranked.slice(0, Math.ceil(shown / 2)), ...scored.slice(-Math.floor(shown / 4))]);
  const distance = (a: ScoredTrial, b: ScoredTrial) =>
    a.proposal.choices.filter((choice, index) => choice !== b.proposal.choices[index]).length;
  while (chosen.size < shown) {
    let farthest: ScoredTrial | undefined;
    let best = -1;
    for (const trial of scored) {
      if (chosen.has(trial)) continue;
      const nearest = Math.min(...[...chosen].map((other) => distance(trial, other)));
      if (nearest > best) [farthest, best] = [trial, nearest];
    }
    if (farthest === undefined) break;
    chosen.add(farthest);
  }
  return ranked.filter((trial) => chosen.has(trial));
}

const shownResults = 10;

const hybridSystem = ({ name }: ScoreWords) =>
  `You design neural networks together with a statistical surrogate. The surrogate has seen the same results as you and knows only numbers; you know how networks work. Propose candidates that are better than what it would try by itself, or that settle what it is unsure of. For each, say which ${name} you expect: your forecasts are compared with the measurements, and you are trusted as far as they hold. Answer with one JSON object and nothing else.`;

/** The conversation to send: a fresh one each time, so that its length does not grow with the search. */
export function hybridPrompt2026(state: HybridPromptState): readonly ChatMessage[] {
  const { domain, task } = state;
  const words = scoreWords(state.metric);
  const limits = describeLimits(domain.limits);
  const parts = [
    `Task: ${task}`,
    `Search space ${domain.space.name}: ${domain.space.summary}`,
    describeDecisions(domain),
    describeCosts(domain),
    limits === undefined
      ? "There are no limits on size."
      : `Limits: ${limits}. A design outside them is changed to the nearest one inside.`,
    resultsText(state),
    beliefsText(state),
    ...insightsText(state.insights),
    `${state.left} evaluations are left. Propose ${state.wanted} candidates that were not tried, best first: {"candidates": [{"reason": "…", "choices": [${domain.space.decisions.length} numbers, each ${domain.space.firstDigit} or more, in the order of the decisions], "${words.field}": …}, …]}.`,
  ];
  return [
    { role: "system", content: hybridSystem(words) },
    { role: "user", content: parts.join("\n\n") },
  ];
}

function resultsText({ domain, trials, pending }: HybridPromptState): string {
  const ranked = trials.filter(isScored).sort((a, b) => b.outcome.score - a.outcome.score);
  const line = (trial: ScoredTrial) =>
    `  ${designText(domain, trial.proposal.choices)}  ${formatPercent(trial.outcome.score)}  ${formatCount(trial.cost.macCount)} MACs${forecastText(trial)}`;
  const failed = trials.filter(
    ({ outcome, proposal }) => outcome.kind !== "scored" && proposal.unreadable === undefined,
  );
  const lines = [
    ...ranked.slice(0, shownResults).map(line),
    ...(ranked.length > shownResults ? [`  … and ${ranked.length - shownResults} worse ones`] : []),
    ...failed.slice(-3).map(({ proposal, outcome }) => {
      const what = outcome.kind === "failed" ? outcome.reason : "outside a limit";
      return `  ${designText(domain, proposal.choices)}  ${what}`;
    }),
    ...pending.map(({ choices }) => `  ${designText(domain, choices)}  is being evaluated`),
  ];
  return lines.length === 0 ? "Nothing was measured yet." : `Results, best first:\n${lines.join("\n")}`;
}

function forecastText({ proposal }: Trial): string {
  if (proposal.by !== "hybrid/model" || proposal.predicted === undefined) return "";
  return ` (you expected ${formatPercent(proposal.predicted.score)})`;
}
