// The contamination audit: the same model searches the same table under several variants, and judges pairs of designs that
// only the table can order. Every call has its own purpose in the conversation's record, so an audit that was stopped
// resumes where it ended. What the figures mean is decided in `audit-evidence.ts`.

import { GeniusError } from "../../base/errors.ts";
import { mapInOrder } from "../../base/map-in-order.ts";
import { createRandom } from "../../base/random.ts";
import type { Evaluator } from "../../evaluators/evaluator.ts";
import type { Conversation } from "../../llm/index.ts";
import { mean } from "../../math/statistics.ts";
import { keyOf } from "../../search/choices.ts";
import { allDesigns, anyDesign, createDomain } from "../../search/constraints/create-domain.ts";
import type { Choices, Space } from "../../search/space.ts";
import {
  type SpaceVariant,
  spaceVariant,
  type VariantKind,
  variantKinds,
} from "../../search/space-variant.ts";
import llm from "../../search/strategies/llm.ts";
import type { Strategy } from "../../search/strategy.ts";
import { isScored, type Trial } from "../../search/trial.ts";
import { runStudy } from "../../study/run-study.ts";
import type { TableJudge } from "../../study/table-trace.ts";
import { rankingPrompt, rankPairs } from "./blind-ranking.ts";
import { type DesignPair, matchedPairs } from "./matched-pairs.ts";
import type { AuditMeasurement, AuditRanking, AuditSearch, PairSide } from "./measurement.ts";

export interface AuditSetting {
  readonly space: Space;
  readonly dataset: string;
  /** What the networks are for, in the space's own words. */
  readonly task: string;
  readonly table: TableJudge & { readonly designCount: number };
  /** The table as an evaluator of the published space. */
  readonly evaluator: Evaluator;
  readonly conversation: Conversation;
  readonly trials: number;
  readonly seeds: number;
  /** Pairs to judge under each variant; no pair is judged under two. */
  readonly pairs: number;
  /** Draws the pairs and the variants' orders; default 1. */
  readonly drawSeed?: number;
  /** Calls under way at once. */
  readonly parallel: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

const batchSize = 10;
/** Without feedback an inverted variant is the space as published. */
const rankedVariants: readonly VariantKind[] = variantKinds.filter((kind) => kind !== "inverted");

/** @throws GeniusError when the model cannot be had; the signal's reason when it is aborted. */
export async function runAudit(setting: AuditSetting): Promise<AuditMeasurement> {
  const { space, table, conversation, trials, seeds, evaluator, parallel, signal } = setting;
  const designs = allDesigns(space).filter((choices) => table.lookUp(choices) !== undefined);
  const worst01 = Math.min(...designs.map((choices) => table.lookUp(choices)!.selection01));
  const pairsOf = drawnPairs(setting);
  let stoppedBy: string | null = null;
  const stop = (reason: string) => {
    stoppedBy ??= reason;
  };

  const searchJobs = Array.from({ length: seeds }, (_, index) => index + 1).flatMap((seed) =>
    variantKinds.map((variant) => ({ variant, seed })),
  );
  const searches: AuditSearch[] = [];
  const run = (job: (typeof searchJobs)[number]) => searchUnder(setting, job, worst01);
  for await (const { search, reason } of mapInOrder(searchJobs, run, parallel)) {
    signal.throwIfAborted();
    if (reason !== undefined) stop(reason);
    searches.push(search);
    setting.onProgress?.(`${search.variant}, seed ${search.seed}: ${search.percentiles.length} designs`);
  }

  const rankings: AuditRanking[] = [];
  for (const variant of rankedVariants) {
    const pairs = pairsOf(variant);
    const batches = chunks(pairs, batchSize);
    const answers: (PairSide | null)[] = [];
    let unreadable = 0;
    const rank = (batch: Batch) => rankUnder(setting, variant, batch);
    for await (const { said, reason, size } of mapInOrder(batches, rank, parallel)) {
      if (reason !== undefined) stop(reason);
      else if (said === undefined) unreadable += size;
      answers.push(...(said ?? Array.from({ length: size }, () => null)));
    }
    const judged = pairs.map(({ better, moreMacs, largerDigits }) => ({ better, moreMacs, largerDigits }));
    rankings.push({ variant, pairs: judged, answers, unreadable });
    setting.onProgress?.(`${variant}: ${answers.length - unreadable} of ${answers.length} pairs judged`);
  }

  return {
    space: space.name,
    dataset: setting.dataset,
    selectedOn: evaluator.selectedOn,
    model: conversation.model,
    designCount: table.designCount,
    trials,
    seeds,
    trivialGuesses: trivialGuesses(setting, designs),
    searches,
    rankings,
    stoppedBy,
  };
}

/** The pairs of each ranked variant, equally many and none in two. */
function drawnPairs({ space, table, pairs, drawSeed = 1 }: Omit<AuditSetting, "signal" | "parallel">) {
  const all = matchedPairs(space, table, { count: pairs * rankedVariants.length, seed: drawSeed });
  const size = Math.floor(all.length / rankedVariants.length);
  return (variant: VariantKind) => {
    const place = rankedVariants.indexOf(variant);
    return all.slice(place * size, (place + 1) * size);
  };
}

/** About what an audit asks of a model: calls, and the length of a prompt and of a reply. */
export function auditPlan(setting: Omit<AuditSetting, "signal" | "parallel">): {
  readonly calls: number;
  readonly promptChars: number;
  readonly replyTokens: number;
} {
  const variants = variantKinds.map((kind) => {
    const variant = variantUnder(setting, kind, "plan");
    const plan = strategyUnder(setting, variant, "plan").strategy.modelPlan?.();
    return plan ?? { calls: setting.trials, promptChars: 0, replyTokens: 0 };
  });
  const rankingCalls = Math.ceil(setting.pairs / batchSize);
  const random = createRandom("audit", "plan");
  const pairs = Array.from({ length: Math.min(batchSize, setting.pairs) }, () => ({
    designs: { A: anyDesign(setting.space, random), B: anyDesign(setting.space, random) },
  }));
  const rankings = rankedVariants.map((kind) => {
    const messages = rankingPrompt({
      variant: variantUnder(setting, kind, "plan"),
      task: setting.task,
      pairs,
    });
    const promptChars = messages.reduce((total, { content }) => total + content.length, 0);
    return { calls: rankingCalls, promptChars, replyTokens: 100 };
  });
  const all = [...variants.map((plan) => ({ ...plan, calls: plan.calls * setting.seeds })), ...rankings];
  const calls = all.reduce((total, plan) => total + plan.calls, 0);
  const perCall = (read: (plan: (typeof all)[number]) => number) =>
    Math.round(all.reduce((total, plan) => total + read(plan) * plan.calls, 0) / Math.max(1, calls));
  return {
    calls,
    promptChars: perCall(({ promptChars }) => promptChars),
    replyTokens: perCall(({ replyTokens }) => replyTokens),
  };
}

/** The variant that a search or a batch of pairs is shown: the same for the same path. */
export function variantUnder(
  { space, drawSeed = 1 }: Pick<AuditSetting, "space" | "drawSeed">,
  kind: VariantKind,
  ...path: readonly (number | string)[]
): SpaceVariant {
  const draw = drawSeed === 1 ? [] : ["draw", drawSeed];
  return spaceVariant(space, { kind, random: createRandom("audit", kind, ...path, ...draw) });
}

function strategyUnder(
  setting: Omit<AuditSetting, "signal" | "parallel">,
  variant: SpaceVariant,
  purpose: string,
) {
  const domain = createDomain(variant.space, {});
  const strategy = llm.create(
    {
      domain,
      evaluations: setting.trials,
      task: variant.task ?? setting.task,
      fidelity: setting.evaluator.fidelity,
      conversation: named(setting.conversation, purpose),
    },
    // This wording names the space, which is what the audit is about; the default one keeps to what is to be designed.
    llm.options.parse({ costs: variant.showsCosts, prompt: "genius-2026-11" }),
  );
  return { domain, strategy };
}

async function searchUnder(
  setting: AuditSetting,
  { variant: kind, seed }: { readonly variant: VariantKind; readonly seed: number },
  worst01: number,
): Promise<{ readonly search: AuditSearch; readonly reason: string | undefined }> {
  const { table, evaluator, signal } = setting;
  const variant = variantUnder(setting, kind, "search", seed);
  const { domain, strategy } = strategyUnder(setting, variant, `audit ${kind} seed ${seed}`);
  const { trials, reason, detail } = await runStudy({
    domain,
    strategy: withoutEndlessAsking(strategy, setting.trials),
    trials: setting.trials,
    parallel: 1,
    seed,
    signal,
    evaluator: {
      ...evaluator,
      async evaluate(request) {
        const choices = variant.toOriginal(request.proposal.choices);
        const outcome = await evaluator.evaluate({ ...request, proposal: { ...request.proposal, choices } });
        if (!variant.inverts || outcome.kind !== "scored") return outcome;
        const accuracy = table.optimum01 + worst01 - (outcome.metrics.accuracy as number);
        return { ...outcome, metrics: { accuracy } };
      },
    },
  });
  signal.throwIfAborted();
  const designs = trials.filter(isScored).map(({ proposal }) => variant.toOriginal(proposal.choices));
  const search = {
    variant: kind,
    seed,
    firstDesign: designs[0] === undefined ? null : keyOf(setting.space, designs[0]),
    percentiles: designs.map((choices) => percentileOf(table, choices)!),
    unreadable: trials.filter(isUnreadable).length,
  };
  const ended = reason === "budget-spent" || reason === "conversation-ended";
  return { search, reason: ended ? (detail ?? reason) : undefined };
}

/** Ends a search after `most` unreadable replies: each was paid for twice, and more will not be better. */
function withoutEndlessAsking(strategy: Strategy, most: number): Strategy {
  let unreadable = 0;
  return {
    ...strategy,
    async propose(context) {
      if (unreadable >= most) return undefined;
      try {
        return await strategy.propose(context);
      } catch (thrown) {
        // What ends a search is one more unreadable proposal here: the other faces are asked all the same.
        if (!(thrown instanceof GeniusError) || thrown.code !== "model-unusable") throw thrown;
        return { choices: [], fidelity: {}, by: "llm", unreadable: thrown.message };
      }
    },
    observe(trial) {
      if (isUnreadable(trial)) unreadable += 1;
      strategy.observe(trial);
    },
  };
}

interface Batch {
  readonly number: number;
  readonly pairs: readonly DesignPair[];
}

async function rankUnder(setting: AuditSetting, kind: VariantKind, { number, pairs }: Batch) {
  const { conversation, signal, task } = setting;
  const variant = variantUnder(setting, kind, "ranking", number);
  const purpose = `audit ${kind} ranking ${number}`;
  const size = pairs.length;
  try {
    const said = await rankPairs({ variant, task, pairs, purpose, conversation, signal });
    return { said, size, reason: undefined };
  } catch (thrown) {
    const ended = thrown instanceof GeniusError && endings.includes(thrown.code);
    if (!ended) throw thrown;
    return { said: undefined, size, reason: thrown.message };
  }
}

const endings: readonly string[] = ["budget-exhausted", "conversation-ended"];
const isUnreadable = ({ outcome }: Trial) => outcome.kind === "failed" && outcome.reason === "unreadable";

/** The conversation, with `prefix` before every purpose, so that no two calls of an audit are taken for one. */
function named(conversation: Conversation, prefix: string): Conversation {
  return {
    model: conversation.model,
    price: conversation.price,
    warnings: conversation.warnings,
    get spent() {
      return conversation.spent;
    },
    textOf: (number) => conversation.textOf(number),
    ask: (request, signal) =>
      conversation.ask({ ...request, purpose: `${prefix} ${request.purpose}` }, signal),
    close: async () => {},
  };
}

/** What needs no knowledge of the table: the largest designs, one or as many as a search evaluates, and the last options. */
function trivialGuesses(
  { space, table, trials }: AuditSetting,
  designs: readonly Choices[],
): AuditMeasurement["trivialGuesses"] {
  const domain = createDomain(space, {});
  const largest = designs
    .map((choices) => ({ choices, macCount: domain.costOf(choices).macCount }))
    .sort((a, b) => b.macCount - a.macCount)
    .slice(0, trials)
    .map(({ choices }) => choices);
  const guesses = [
    { name: "the design of most MACs", of: largest.slice(0, 1) },
    { name: `the ${trials} designs of most MACs, on average`, of: largest },
    {
      name: "every decision at its last option",
      of: [space.decisions.map(({ options }) => options.length - 1)],
    },
  ];
  return guesses.flatMap(({ name, of }) => {
    const percentiles = of.flatMap((choices) => percentileOf(table, choices) ?? []);
    if (percentiles.length === 0) return [];
    return [{ name, designs: of.map((choices) => keyOf(space, choices)), percentile: mean(percentiles) }];
  });
}

/** 100 for the best design of the table, 0 for the last rank. */
function percentileOf(table: AuditSetting["table"], choices: Choices): number | undefined {
  const rank = table.rankOf(choices);
  return rank === undefined
    ? undefined
    : (100 * (table.designCount - rank)) / Math.max(1, table.designCount - 1);
}

function chunks(pairs: readonly DesignPair[], size: number): Batch[] {
  return Array.from({ length: Math.ceil(pairs.length / size) }, (_, index) => ({
    number: index + 1,
    pairs: pairs.slice(index * size, (index + 1) * size),
  }));
}
