// Regularised evolution over networks themselves: no space bounds them, only the limits. It begins with networks that people
// designed, changes the best of a few drawn from the population – an operation, a wire, a width, a block – and lets the oldest
// die. A surrogate that reads graphs chooses among the changed ones.
import { z } from "zod";
import { createRandom } from "../../base/random.ts";
import { canonicalKey } from "../../graph/canonical.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { accuracy } from "../../metrics/index.ts";
import { networkViolations } from "../constraints/create-domain.ts";
import { type Child, drawChildren } from "../evolution/children.ts";
import type { Limits } from "../space.ts";
import { defineStrategy, type ProposeContext, type StrategySetting } from "../strategy.ts";
import { expectedImprovement } from "../surrogate/expected-improvement.ts";
import { fitGraphSurrogate, type GraphPoint, graphPoint } from "../surrogate/graph-surrogate.ts";
import { isScored, type Proposal, type ScoredTrial } from "../trial.ts";

const options = z.object({
  population: z
    .int()
    .min(2)
    .optional()
    .describe("networks alive at once (default: a fifth of the evaluations, between 6 and 60)"),
  sample: z
    .int()
    .min(1)
    .optional()
    .describe("networks that compete to be the parent (default: a third of the population)"),
  candidates: z
    .int()
    .min(1)
    .default(16)
    .describe("changed networks of which the surrogate chooses one; 1: no surrogate"),
  inherit: z
    .boolean()
    .default(false)
    .describe(
      "begin a changed network with its parent's weights; its score then counts the parent's training too",
    ),
});

const by = "open-evolution";
/** Of networks without a limit: this many times the largest start. */
const growth = 4;
/** Starts that are drawn from the space where no network is given. */
const drawnStarts = 4;

export default defineStrategy({
  name: by,
  summary:
    "Evolution of networks beyond any space, within the limits: changes operations, wires, widths and blocks of networks that people designed.",
  source:
    "Real et al. 2019, https://arxiv.org/abs/1802.01548, with the changes of network morphisms, Elsken et al. 2019, https://arxiv.org/abs/1804.09081",
  model: "none",
  needs: "training",
  options,
  create(setting, given) {
    const population = given.population ?? Math.min(60, Math.max(6, Math.round(setting.evaluations / 5)));
    const sample = given.sample ?? Math.max(2, Math.round(population / 3));
    const starts = startsOf(setting);
    const limits = boundsOf(setting.domain.limits, starts);
    const known = new Set<string>();
    const alive: ScoredTrial[] = [];
    const observed: { readonly point: GraphPoint; readonly score: number }[] = [];
    const range = setting.metric?.goal === "minimise" ? undefined : (setting.metric ?? accuracy).range;
    const inRange = (score: number) =>
      range === undefined ? score : Math.min(range[1], Math.max(range[0], score));
    const networkAt = ({ proposal }: ScoredTrial) =>
      proposal.network ?? setting.domain.space.decode(proposal.choices);

    const childOf = (
      parent: Network,
      { random, pending }: ProposeContext,
    ): { readonly child: Child; readonly predicted?: NonNullable<Proposal["predicted"]> } | undefined => {
      const open = new Set(pending.flatMap(({ network }) => (network ? canonicalKey(network) : [])));
      const isKnown = (key: string) => known.has(key) || open.has(key);
      const children = drawChildren(parent, given.candidates, { limits, random, isKnown });
      if (children.length === 0) return undefined;
      const believe = given.candidates > 1 ? fitGraphSurrogate(observed) : undefined;
      if (believe === undefined) return { child: random.pick(children) };
      const best = Math.max(...observed.map(({ score }) => score));
      const beliefs = children.map((child) => ({ child, ...believe(graphPoint(child.network)) }));
      const promiseOf = ({ mean, deviation }: (typeof beliefs)[number]) =>
        expectedImprovement(mean, deviation, best);
      const chosen = beliefs.reduce((first, other) => (promiseOf(other) > promiseOf(first) ? other : first));
      return { child: chosen.child, predicted: { score: inRange(chosen.mean), sd: chosen.deviation } };
    };

    return {
      observesReferences: true,
      async propose(context) {
        const { random, pending, trialNumber, trialInRun = trialNumber } = context;
        const isTaken = (network: Network) =>
          known.has(canonicalKey(network)) ||
          pending.some((proposal) => proposal.network?.name === network.name);
        const start = setting.starts?.areTried === true ? undefined : starts.find((one) => !isTaken(one));
        if (start !== undefined)
          return { choices: [], network: start, fidelity: {}, by, rationale: "a network to start from" };
        const isYoung = alive.length + pending.length < population;
        const competitors = alive.length === 0 ? 0 : isYoung ? 2 : sample;
        const parents = Array.from({ length: competitors }, () => random.pick(alive)).sort(
          (a, b) => b.outcome.score - a.outcome.score,
        );
        const origins = [
          ...parents.map((trial) => ({ network: networkAt(trial), trial })),
          ...random.shuffle(starts).map((network) => ({ network, trial: undefined })),
        ];
        for (const { network, trial } of origins) {
          const found = childOf(network, context);
          if (found === undefined) continue;
          const { child, ...predicted } = found;
          const from = { parent: network, trial, number: trialInRun, inherit: given.inherit };
          return { ...proposalOf(child, from), ...predicted };
        }
        return undefined;
      },
      observe(trial) {
        const { network, unreadable, nominalScore } = trial.proposal;
        if (network === undefined || unreadable !== undefined || nominalScore !== undefined) return;
        known.add(canonicalKey(network));
        if (!isScored(trial)) return;
        observed.push({ point: graphPoint(network), score: trial.outcome.score });
        alive.push(trial);
        if (alive.length > population) alive.shift();
      },
    };
  },
});

function proposalOf(
  { network, changes }: Child,
  from: {
    readonly parent: Network;
    readonly trial: ScoredTrial | undefined;
    readonly number: number;
    readonly inherit: boolean;
  },
): Proposal {
  const { parent, trial, number, inherit } = from;
  // The first ancestor's name, without what follows it.
  const root = /^[A-Za-z0-9._-]+/.exec(parent.name)?.[0] ?? "network";
  return {
    choices: [],
    network: { ...network, name: `${root}/${number}` },
    fidelity: {},
    by,
    rationale: `${trial === undefined ? parent.name : `trial ${trial.number}`} with ${changes.join("; ")}`,
    ...(inherit && trial !== undefined && { inherits: trial.number }),
  };
}

/** The networks that are given, else some of the space. */
function startsOf({ starts, domain, evaluations }: StrategySetting): readonly Network[] {
  const given = (starts?.networks ?? []).filter(
    (network) => networkViolations(network, domain.limits).length === 0,
  );
  // At most a third of the evaluations, where the starts cost some.
  const count = starts?.areTried === true ? given.length : Math.max(1, Math.floor(evaluations / 3));
  if (given.length > 0) return given.slice(0, count);
  const drawn = new Map<string, Network>();
  for (let draw = 0; draw < drawnStarts; draw += 1) {
    const choices = domain.sample(createRandom(by, draw));
    if (choices !== undefined) drawn.set(choices.join(), domain.space.decode(choices));
  }
  return [...drawn.values()];
}

/** The limits, and where there is no upper one, several times the largest start: nothing else would end the growth. */
function boundsOf(limits: Limits, starts: readonly Network[]): Limits {
  const costs = starts.map(networkCost);
  const largest = (by: "paramCount" | "macCount") => growth * Math.max(0, ...costs.map((cost) => cost[by]));
  return {
    ...limits,
    maxParamCount: limits.maxParamCount ?? Math.max(largest("paramCount"), limits.minParamCount ?? 0),
    maxMacCount: limits.maxMacCount ?? Math.max(largest("macCount"), limits.minMacCount ?? 0),
  };
}
