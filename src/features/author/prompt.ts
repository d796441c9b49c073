// What a model that writes a space is told, and what it is told of the answers to it: the language, the task, the limits, what hand-designed
// networks reach; then its mistakes; then what the search in its space found.
import { formatCount } from "../../base/units.ts";
import { networkCost } from "../../graph/cost.ts";
import { designText, printIfSayable } from "../../language/index.ts";
import type { ChatMessage } from "../../llm/index.ts";
import { deviationOfShare } from "../../math/binomial.ts";
import { accuracy, formatDifference, formatScore, type Metric } from "../../metrics/index.ts";
import { effectWords } from "../../search/option-effects.ts";
import { describeLimits } from "../../search/prompt/describe-space.ts";
import type { StrategySetting } from "../../search/strategy.ts";
import type { ScoredTrial } from "../../search/trial.ts";
import type { AuthoredSpace } from "./authored-space.ts";
import { grammar } from "./grammar.ts";

const system = `You design neural networks. You do not choose from a given search space: you write the search space, as a text in a small language in which a network with alternatives in braces is a space. A classical search then trains designs of your space within the limits, and the best one is what is handed over. Spend your alternatives on what you are unsure of and what may matter; fix what you know. The language:

${grammar}`;

const answer = `Answer with your reasons in a few sentences, then the text in one block:
\`\`\`text
…
\`\`\``;

export interface Told {
  readonly setting: StrategySetting;
  /** Hand-designed networks that were measured. */
  readonly references: readonly ScoredTrial[];
  readonly insights?: readonly string[] | undefined;
  /** Evaluations left. */
  readonly left: number;
}

/** Everything before the first text. */
export function firstPrompt({ setting, references, insights = [], left }: Told): readonly ChatMessage[] {
  const { domain, task, measuring, metric = accuracy } = setting;
  const { input, classCount } = domain.space;
  const recipe =
    measuring?.recipe === undefined ? "" : ` Measured so: ${measuring.recipe.replace(/\.$/, "")}.`;
  const parts = [
    `Task: ${task}. Images are ${input.join("x")}, and there are ${classCount} classes; leave the input line out and end with linear classes.`,
    `What is compared: ${metric.name}.${recipe} About ${left} designs of your space will be trained.`,
    noiseText(setting, references),
    `Limits: ${describeLimits(domain.limits) || "none; prefer networks that train fast"}. ${macs}`,
    referencesText(setting, references, metric),
    experienceText(setting),
    ...(insights.length === 0 ? [] : [`The person who runs the search says: ${insights.join(" ")}`]),
    `Write the space. ${answer}`,
  ];
  return [
    { role: "system", content: system },
    { role: "user", content: parts.filter((part) => part !== "").join("\n\n") },
  ];
}

const macs =
  "MACs are the multiply–accumulates of all convolutions and linear layers for one image; norms, activations, pooling and additions count none.";

/** Of scores that are usual here, where nothing has been measured. */
const usual01 = 0.9;

/** How far two scores may differ by chance: of the validation images alone, where the score is a share of them. */
function noiseText(
  { measuring, metric = accuracy }: StrategySetting,
  references: readonly ScoredTrial[],
): string {
  const images = measuring?.validationImages ?? 0;
  if (metric.name !== accuracy.name || images === 0) return "";
  const measured = references.map(({ outcome }) => outcome.score);
  const score = measured.length === 0 ? usual01 : Math.max(...measured);
  const band = formatDifference(metric, 2 * Math.SQRT2 * deviationOfShare(score, images)).slice(1);
  return `Noise: each design is trained once and scored on ${formatCount(images)} validation images. Near ${formatScore(metric, score)}, two designs that are equally good differ by up to ${band} (two standard errors) by the choice of images alone; the random numbers of a training add to that. Do not read more into smaller differences.`;
}

function referencesText(
  { starts }: StrategySetting,
  references: readonly ScoredTrial[],
  metric: Metric,
): string {
  const measured = references.map(
    ({ proposal, outcome, cost }) =>
      `- ${proposal.network?.name}: ${metric.name} ${formatScore(metric, outcome.score)}, ${formatCount(cost.paramCount)} parameters, ${formatCount(cost.macCount)} MACs`,
  );
  const names = new Set(references.map(({ proposal }) => proposal.network?.name));
  const others = (starts?.networks ?? [])
    .filter(({ name }) => !names.has(name))
    .map((network) => {
      const { paramCount, macCount } = networkCost(network);
      return `- ${network.name}: not measured yet, ${formatCount(paramCount)} parameters, ${formatCount(macCount)} MACs`;
    });
  const lines = [...measured, ...others];
  if (lines.length === 0) return "";
  const [first] = starts?.networks ?? [];
  // As the model is asked to write: without the images' shape and the number of classes.
  const shown =
    first &&
    printIfSayable(first)
      ?.replace(/^input .*\n/, "")
      .replace(/linear \d+\s*$/, "linear classes");
  return `Hand-designed networks, fitted to the limits:\n${lines.join("\n")}${shown ? `\n\nThe first of them as a text:\n${shown.trimEnd()}` : ""}`;
}

/** What won before. */
function experienceText({ experience = [] }: StrategySetting): string {
  if (experience.length === 0) return "";
  const entries = experience.map(({ words, text }) => `${words}\n${text.trimEnd()}`);
  return `Networks that beat a hand-designed one in other searches, confirmed over several seeds. On these data and limits they need not:\n\n${entries.join("\n\n")}`;
}

/** The conversation so far with an answer that could not be used. */
export function correctionPrompt(
  before: readonly ChatMessage[],
  reply: string,
  fault: string,
): readonly ChatMessage[] {
  return [
    ...before,
    { role: "assistant", content: reply.slice(-6000) || "(empty)" },
    { role: "user", content: `That could not be used: ${fault}. Correct it. ${answer}` },
  ];
}

const shownBest = 8;
/** Of these the whole text is shown too. */
const shownTexts = 2;

/** What was found in a space, and the question whether to go on with it. */
export function revisionPrompt(
  told: Told,
  { text, facts, domain }: AuthoredSpace,
  scored: readonly (ScoredTrial & { readonly choices: readonly number[] })[],
): readonly ChatMessage[] {
  const { metric = accuracy } = told.setting;
  const { space } = domain;
  const labels = (choices: readonly number[]) =>
    space.decisions
      .map(({ name, options }, index) => `${name} ${options[choices[index] as number]?.label}`)
      .join(", ");
  const sorted = scored.toSorted((a, b) => b.outcome.score - a.outcome.score);
  const texts = sorted.slice(0, shownTexts).flatMap(({ choices, outcome }) => {
    const design = designText(space, choices);
    return design === undefined
      ? []
      : `The text of the design that reached ${formatScore(metric, outcome.score)}:\n${design.trimEnd()}`;
  });
  const best = sorted
    .slice(0, shownBest)
    .map(
      ({ choices, outcome, cost }) =>
        `- ${formatScore(metric, outcome.score)} (${formatCount(cost.paramCount)} parameters, ${formatCount(cost.macCount)} MACs): ${labels(choices)}`,
    );
  const measured = scored.map(({ choices, outcome }) => ({ choices, score: outcome.score }));
  const effects = effectWords(space, measured, metric).map((line) => `- ${line}`);
  const parts = [
    `This was your space (${facts}):\n${text.trimEnd()}`,
    `${scored.length} of its designs were measured. The best:\n${best.join("\n")}`,
    ...texts,
    `Each option beside the others of its decision, with two standard errors:\n${effects.join("\n")}`,
    `About ${told.left} designs are left to train. Is the space right as it is? Then answer with the one word "keep". Or write another one that goes on from what was found: narrow what is settled, open what is promising. All that was measured goes on counting, since networks are compared by their graphs: the new space may name and arrange its parts as it likes. ${answer}`,
  ];
  const [first, task] = firstPrompt(told) as [ChatMessage, ChatMessage];
  const context = task.content.replace(/\n\nWrite the space\.[\s\S]*$/, "");
  return [first, { role: "user", content: [context, ...parts].join("\n\n") }];
}
