// The protocol of "Can GPT-4 Perform Neural Architecture Search?" (arXiv:2304.10970), benchmark by benchmark: what the
// model is told, in which order, and how results are fed back. Temperature 0; no tool, no repair, no cost but those in
// the prompt. Differs from the paper: the wording, which is ours; roles, facts, order and feedback are the paper's.
import type { ChatMessage } from "../../llm/index.ts";
import { toDigits } from "../choices.ts";
import type { Choices, Space } from "../space.ts";
import { isScored, type ScoredTrial, type Trial } from "../trial.ts";
import type { PromptContext } from "./default-prompt.ts";
import { describeDecisions, describeLimits } from "./describe-space.ts";
import { scoreWords } from "./score-words.ts";

/**
 * `list`: a fresh conversation each time, with every result so far (NAS-Bench-Macro, Channel-Bench).
 * `dialogue`: one growing conversation, each accuracy told as it comes (NAS-Bench-201).
 * `experiments`: a fresh conversation for each experiment, with numbered experiments; a design outside the limits is
 * sent back in the same conversation with its excess (the ImageNet search).
 */
type ReplyTo = (trial: Trial) => string | undefined;
type Style = "list" | "dialogue" | "experiments";

const styles: Readonly<Record<string, Style>> = {
  "nas-bench-macro": "list",
  "channel-bench-resnet": "list",
  "channel-bench-mobilenet": "list",
  "nas-bench-201": "dialogue",
  "genius-imagenet": "experiments",
};

const expert = "You are an expert in the field of neural architecture search.";
const persona =
  "You are Quoc V. Le, a computer scientist who is widely regarded as a leading expert in deep learning and neural architecture search. Your work has focused on efficient algorithms that find architectures of high performance at low cost.";

/** The messages to send for the next proposal, given what was tried and what the model said. */
export function genius2023Prompt(context: PromptContext, replyTo: ReplyTo): readonly ChatMessage[] {
  const style =
    styles[context.domain.space.name] ?? (describeLimits(context.domain.limits) ? "experiments" : "list");
  switch (style) {
    case "list":
      return [
        { role: "system", content: expert },
        {
          role: "user",
          content: `${question(context)}\n\n${resultsText(context)}Answer with the list of numbers only.`,
        },
      ];
    case "dialogue":
      return dialogue(context, replyTo);
    case "experiments":
      return experiments(context, replyTo);
    default:
      return style satisfies never;
  }
}

function question({ domain, task, metric }: PromptContext): string {
  return `Help me choose the best options for a network whose structure has open decisions. The network will be trained and tested on this task: ${task}. The aim is the highest ${scoreWords(metric).name}.

${domain.space.summary}

${describeDecisions(domain)}

Answer with a list of ${domain.space.decisions.length} numbers, one for each decision in order.`;
}

function resultsText({ domain, metric, history }: PromptContext): string {
  const { name, oneOf } = scoreWords(metric);
  const lines = history
    .filter(isTold)
    .map((trial) => `${list(domain.space, trial.proposal.choices)} gives ${oneOf} of ${percent(trial, 2)}%`);
  if (lines.length === 0) return "";
  return `Results of experiments, for reference:\n${lines.join("\n")}\nSuggest a better list, whose ${name} goes beyond these.\n`;
}

/** Scored trials, and the made-up start that a search may begin from. */
const isTold = (trial: Trial): trial is ScoredTrial =>
  isScored(trial) || trial.proposal.nominalScore !== undefined;

function percent(trial: Trial, decimals: number): string {
  const score = trial.proposal.nominalScore ?? (trial.outcome.kind === "scored" ? trial.outcome.score : 0);
  return (score * 100).toFixed(decimals);
}

/** NAS-Bench-201: everything that was said, with the validation accuracy to three decimals after each reply. */
function dialogue(context: PromptContext, replyTo: ReplyTo): readonly ChatMessage[] {
  const opening = `${question(context)}

First look at what each option does, then at how gradients flow through the design, and from that propose a design that performs best, whatever its size. I will measure it and tell you, and we go on from there. Do not propose a design twice.`;
  const messages: ChatMessage[] = [
    { role: "system", content: persona },
    { role: "user", content: opening },
  ];
  for (const trial of context.history) {
    const reply = replyTo(trial);
    if (reply === undefined) continue;
    messages.push({ role: "assistant", content: reply }, { role: "user", content: answer(trial, context) });
  }
  return messages;
}

function answer(trial: Trial, context: PromptContext): string {
  if (isTold(trial)) {
    return `With this model we reached ${scoreWords(context.metric).oneOf} of ${percent(trial, 3)}%. Recommend a new model that does better than all before, and explain why it should.`;
  }
  return rejection(trial, context);
}

/** Why a design was sent back, with exact figures. */
function rejection({ outcome, proposal }: Trial, { domain }: PromptContext): string {
  if (proposal.unreadable !== undefined)
    return `I could not read a complete design: ${proposal.unreadable}. Give all ${domain.space.decisions.length} numbers.`;
  if (outcome.kind === "infeasible") {
    const broken = outcome.violations.map(({ quantity, value, bound, limit }) => {
      const [shown, edge] = [value, limit].map((count) =>
        quantity === "macCount" ? `${Math.round(count / 1e6)} FLOPS` : `${count} parameters`,
      );
      const apart =
        quantity === "macCount" ? Math.round(Math.abs(value - limit) / 1e6) : Math.abs(value - limit);
      return `it has ${shown}, which is ${apart} ${bound === "max" ? "above the upper" : "below the lower"} bound of ${edge}`;
    });
    return `The design does not meet the constraint: ${broken.join(", and ")}. Revise it so that it performs best and meets the constraint. (FLOPS are in millions of multiply–accumulates.)`;
  }
  return "This design was tested already; do not suggest it again.";
}

/** The ImageNet search: the experiments so far, then what was sent back since the last of them. */
function experiments(context: PromptContext, replyTo: ReplyTo): readonly ChatMessage[] {
  const { domain, history } = context;
  const { name } = scoreWords(context.metric);
  const told = history.filter(isTold);
  const listed = told.map((trial, index) => {
    const macs = Math.round(trial.cost.macCount / 1e6);
    return `- Experiment ${index + 1}\n${stages(domain.space, trial.proposal.choices)}\nThis design meets the constraint with ${macs} FLOPS. Its ${name} is ${percent(trial, 2)}%.`;
  });
  const limits = describeLimits(domain.limits);
  const since = history.slice(history.findLastIndex(isTold) + 1);
  const principles =
    told.length === 0
      ? "First look at the options: which are more powerful and cost more, which suit early layers and which late ones, and where the network should be deep or shallow."
      : "Keep to these principles: costlier options are more powerful; simpler ones belong into early layers and stronger ones into late layers; late stages should be deeper.";
  const content = [
    question(context),
    `What each layer's options cost, in millions of multiply–accumulates (FLOPS):\n${costTable(context)}`,
    principles,
    ...(listed.length > 0 ? [`Experiments so far:\n${listed.join("\n\n")}`] : []),
    ...(limits === undefined ? [] : [`The total must be ${limits}.`]),
    "Explain how the design achieves its performance and why it does better than those before. Do not suggest similar designs.",
  ].join("\n\n");
  return [
    { role: "system", content: persona },
    { role: "user", content },
    ...since.flatMap((trial): ChatMessage[] => {
      const reply = replyTo(trial);
      if (reply === undefined) return [];
      return [
        { role: "assistant", content: reply },
        { role: "user", content: rejection(trial, context) },
      ];
    }),
  ];
}

function costTable({ domain }: PromptContext): string {
  const { space, costOf } = domain;
  const zero = space.decisions.map(() => 0);
  const fixed = `With every decision at its first option: ${(costOf(zero).macCount / 1e6).toFixed(4)} in all. What each option adds:`;
  const lines = space.decisions.map(({ name, options }, index) => {
    const costs = options.map(
      (_, option) => costOf(zero.map((other, place) => (place === index ? option : other))).macCount,
    );
    return `${name}: [${costs.map((cost) => ((cost - costs[0]!) / 1e6).toFixed(4)).join(", ")}]`;
  });
  return [fixed, ...lines].join("\n");
}

/** Six numbers a line where there are many, as the paper's stages. */
function stages(space: Space, choices: Choices): string {
  const digits = toDigits(space, choices);
  if (digits.length <= 10) return list(space, choices);
  const lines: string[] = [];
  for (let start = 0; start < digits.length; start += 6) {
    lines.push(`Stage ${start / 6 + 1}: [${digits.slice(start, start + 6).join(", ")}]`);
  }
  return lines.join("\n");
}

const list = (space: Space, choices: Choices) => `[${toDigits(space, choices).join(", ")}]`;
