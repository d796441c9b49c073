// Evolution over networks themselves: better than what it began with, within the limits, each network once by what it computes,
// and by the clock the references are its first population. What every strategy must hold to is in strategies.test.ts.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import type { Evaluator } from "../../evaluators/evaluator.ts";
import { canonicalKey } from "../../graph/canonical.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { runStudy } from "../../study/run-study.ts";
import { createDomain } from "../constraints/create-domain.ts";
import { referenceProposer } from "../proposed-network.ts";
import { withRace } from "../race/race.ts";
import { planRace } from "../race/race-plan.ts";
import mobileNet from "../references/mobilenet-v2.ts";
import { fitReference } from "../references/reference.ts";
import resnet from "../references/resnet-8.ts";
import mobile from "../spaces/mobile.ts";
import type { Strategy, StrategySetting } from "../strategy.ts";
import type { Proposal, Trial } from "../trial.ts";
import openEvolution from "./open-evolution.ts";

const space = mobile.create(mobile.options.parse({ imageSize: 16, channels: 1, sizeClass: "tiny" }));
const limits = { maxParamCount: 12_000, minMacCount: 100_000, maxMacCount: 1_500_000 };
const domain = createDomain(space, limits);
const references = [resnet, mobileNet].flatMap(
  (definition) => fitReference(definition, { input: space.input, classCount: 10 }, limits) ?? [],
);
const starts = references.map(({ network }) => network);

/** Many convolutions on few channels are good: something that no start is. */
const scoreOf = ({ nodes }: Network) => {
  const convolutions = nodes.filter(({ op }) => op.kind === "conv");
  return Math.min(1, convolutions.length / 60);
};

const setting = (more: Partial<StrategySetting> = {}): StrategySetting => ({
  ...{ domain, evaluations: 40, task: "images", fidelity: { full: {} } },
  starts: { networks: starts, areTried: false },
  ...more,
});

const create = (given: object = {}, more: Partial<StrategySetting> = {}): Strategy =>
  openEvolution.create(setting(more), openEvolution.options.parse(given));

const evaluator: Evaluator = {
  selectedOn: "validation",
  keepsWeights: true,
  fidelity: { full: {} },
  provenance: {},
  evaluate: async ({ network }) => ({
    kind: "scored",
    metrics: { accuracy: scoreOf(network) },
    spent: { milliseconds: 1 },
  }),
};

test("finds better networks than it began with, each once, within the limits", async () => {
  const strategy = create({ inherit: true });
  const { trials } = await runStudy({ domain, strategy, evaluator, trials: 40, parallel: 2, seed: 3 });
  const networks = trials.map(({ proposal }) => proposal.network as Network);
  expect(networks.slice(0, 2)).toEqual(starts);
  expect(new Set(networks.map(canonicalKey)).size).toBe(40);
  expect(new Set(networks.map(({ name }) => name)).size).toBe(40);
  for (const network of networks) {
    const { paramCount, macCount } = networkCost(network);
    expect(paramCount).toBeLessThanOrEqual(limits.maxParamCount);
    expect(macCount).toBeLessThanOrEqual(limits.maxMacCount);
    expect(macCount).toBeGreaterThanOrEqual(limits.minMacCount);
  }
  const best = Math.max(...networks.map(scoreOf));
  expect(best).toBeGreaterThan(Math.max(...starts.map(scoreOf)) + 0.1);
  // A child names the trial that it comes from, whose weights it inherits, and what the surrogate expected of it.
  const { proposal } = trials.at(-1) as Trial;
  expect(proposal.rationale).toMatch(new RegExp(`^trial ${proposal.inherits} with .*: `));
  expect(proposal.inherits).toBeLessThan(40);
  expect(proposal.predicted?.sd).toBeGreaterThan(0);
});

test("does not claim to inherit where no weights are kept", async () => {
  const { keepsWeights: _, ...forgetful } = evaluator;
  const strategy = create({ inherit: true });
  const study = { domain, strategy, evaluator: forgetful, trials: 18, parallel: 1, seed: 3 };
  for (const { proposal } of (await runStudy(study)).trials) expect(proposal.inherits).toBeUndefined();
});

test("is bounded where no limit is given", async () => {
  const open = createDomain(space, {});
  const strategy = create({}, { domain: open });
  const { trials } = await runStudy({ domain: open, strategy, evaluator, trials: 30, parallel: 1, seed: 1 });
  const largest = Math.max(...starts.map((network) => networkCost(network).macCount));
  for (const { cost } of trials) expect(cost.macCount).toBeLessThanOrEqual(4 * largest);
});

test("by the clock it learns from the references, and proposes none of them", async () => {
  const plan = planRace({ minutes: 10, slots: 1 });
  const [base] = plan.rungs as readonly [number];
  const own = create({}, { starts: { networks: starts, areTried: true } });
  const seen: Proposal[] = [];
  const strategy: Strategy = {
    ...own,
    observe(trial) {
      seen.push(trial.proposal);
      own.observe(trial);
    },
  };
  const race = withRace(strategy, { plan, references });
  let secondsLeft = plan.searchSeconds;
  const trials: Trial[] = [];
  for (let number = 1; ; number += 1) {
    const random = createRandom("clock", number);
    const context = { trialNumber: number, random, pending: [], secondsLeft };
    const proposal = await race.propose({ ...context, signal: new AbortController().signal });
    if (proposal === undefined) break;
    const { seconds = 0 } = proposal.fidelity;
    const score = scoreOf(proposal.network as Network);
    const trial: Trial = {
      ...{ number, proposal, cost: { paramCount: 1, macCount: 1 } },
      outcome: {
        kind: "scored",
        score,
        metrics: { accuracy: score },
        spent: { milliseconds: 1000 * seconds },
      },
    };
    trials.push(trial);
    race.observe(trial);
    secondsLeft -= 1.1 * seconds;
  }
  const byWhom = (by: string, at: readonly Proposal[]) =>
    at.filter((proposal) => proposal.by === by && (proposal.repeat ?? 0) === 0);
  const first = trials.map(({ proposal }) => proposal).filter(({ fidelity }) => fidelity.seconds === base);
  expect(byWhom(referenceProposer, first)).toHaveLength(references.length);
  expect(byWhom("open-evolution", first).length).toBeGreaterThan(3);
  expect(byWhom(referenceProposer, seen)).toEqual(byWhom(referenceProposer, first));
  expect(first.some(({ rationale }) => rationale?.startsWith("trial 1 with "))).toBe(true);
  const keys = first
    .filter(({ repeat = 0 }) => repeat === 0)
    .map(({ network }) => canonicalKey(network as Network));
  expect(new Set(keys).size).toBe(keys.length);
  // The best go on, also those of its own.
  const longer = trials.filter(({ proposal }) => (proposal.fidelity.seconds ?? 0) > base);
  expect(longer.some(({ proposal }) => proposal.by === "open-evolution")).toBe(true);
});
