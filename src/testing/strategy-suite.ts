// What every strategy must hold to, as checks that throw: each is run over every member of the catalog, and a plug-in's
// author runs them over his own. They know no strategy by name and no test framework.
import assert from "node:assert/strict";
import { createRandom, type Random } from "../base/random.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import { networkCost } from "../graph/cost.ts";
import { createDomain, networkViolations } from "../search/constraints/create-domain.ts";
import { describeEmpty } from "../search/constraints/describe-empty.ts";
import type { Domain, Violation } from "../search/constraints/domain.ts";
import { designName } from "../search/proposed-network.ts";
import type { Choices } from "../search/space.ts";
import channelBench from "../search/spaces/channel-bench-resnet.ts";
import geniusImagenet from "../search/spaces/genius-imagenet.ts";
import mobile from "../search/spaces/mobile.ts";
import macro from "../search/spaces/nas-bench-macro.ts";
import type { StrategyDefinition, StrategySetting } from "../search/strategy.ts";
import type { Outcome, Proposal, Trial } from "../search/trial.ts";
import { runStudy, type Study } from "../study/run-study.ts";
import type { Check } from "./check.ts";
import { tinySpace } from "./tiny-space.ts";

const macroDomain = createDomain(macro.create({}), { maxMacCount: 90_000_000 });
const channelDomain = createDomain(channelBench.create({}), {
  minMacCount: 150_000_000,
  maxMacCount: 400_000_000,
});
const tinyDomain = createDomain(tinySpace, { maxParamCount: 20 });
/** About half of the designs of the one space, and few of the other. */
const listedDevice = createDomain(macro.create({}), { maxRamBytes: 224 * 1024, maxFlashBytes: 1_500_000 });
const largeDevice = createDomain(mobile.create(mobile.options.parse({ imageSize: 32, sizeClass: "tiny" })), {
  maxRamBytes: 72 * 1024,
  maxFlashBytes: 64 * 1024,
});
const epochs = { min: 1, max: 9 };

type Evaluate = (proposal: Proposal, random: Random) => Outcome;

const spent = { milliseconds: 0 };
const scored = (accuracy: number): Outcome => ({
  kind: "scored",
  metrics: { accuracy },
  score: accuracy,
  spent,
});
/**
 * A design is as good as its options are high, with a bonus for equal neighbours: a landscape with a slope and local optima.
 * A network of a strategy's own is as good as it has layers, in proportion to its parameters.
 */
const slope = ({ choices, network }: Proposal) => {
  if (network !== undefined) {
    const { paramCount } = networkCost(network);
    const layers = network.nodes.filter(({ op }) => op.kind === "conv").length;
    return Math.min(1, layers / 40 / Math.log10(10 + paramCount / 1000));
  }
  return (
    choices.reduce(
      (sum, choice, index) => sum + choice / 20 + (choice === choices[index - 1] ? 0.02 : 0),
      0.2,
    ) /
    (1 + choices.length / 8)
  );
};

/** Outcomes of every kind, by chance. */
const eventful: Evaluate = (proposal, random) => {
  const draw = random.integer(6);
  if (draw === 0) return { kind: "failed", reason: "diverged", detail: "the loss was not a number", spent };
  if (draw === 1) {
    const violation = { quantity: "latencyMs", value: 9, bound: "max", limit: 8 } as const;
    return { kind: "infeasible", violations: [violation], spent };
  }
  return scored(slope(proposal));
};

interface Situation {
  readonly domain: Domain;
  readonly evaluate?: Evaluate;
  readonly trials?: number;
  readonly parallel?: number;
  readonly fidelities?: boolean;
  readonly recorded?: readonly Trial[];
  /** Told to the strategy before the study begins. */
  readonly before?: readonly Trial[];
}

/** The contract's checks for a strategy, created with `options` and without a language model. */
export function strategyChecks<Options>(
  definition: StrategyDefinition<Options>,
  options: Options = definition.options.parse({}),
): readonly Check[] {
  const studyOf = (situation: Situation): Study => {
    const { domain, trials = 30, parallel = 1, recorded } = situation;
    const evaluate = situation.evaluate ?? ((proposal) => scored(slope(proposal)));
    const fidelity = situation.fidelities ? { full: { epochs: epochs.max }, epochs } : { full: {} };
    const setting: StrategySetting = { domain, evaluations: trials, task: "images in 10 classes", fidelity };
    const evaluator: Evaluator = {
      selectedOn: "validation",
      fidelity,
      provenance: {},
      evaluate: async ({ proposal, trialNumber }) => evaluate(proposal, createRandom("suite", trialNumber)),
      test: async () => ({ metrics: { accuracy: 0 } }),
    };
    const strategy = definition.create(setting, options);
    for (const trial of situation.before ?? []) strategy.observe(trial);
    return { domain, strategy, evaluator, trials, parallel, seed: 5, ...(recorded && { recorded }) };
  };
  const run = async (situation: Situation) => {
    const result = await runStudy(studyOf(situation));
    for (const { outcome, proposal } of result.trials) {
      const words = `trial of ${designName(situation.domain.space, proposal)} by ${proposal.by}`;
      const broken = violationsOfProposal(situation.domain, proposal);
      assert.deepEqual(broken, [], `${words}: proposed outside the limits`);
      assert.ok(!(outcome.kind === "failed" && outcome.reason === "duplicate"), `${words}: proposed twice`);
      const given = proposal.fidelity.epochs;
      if (given !== undefined && situation.fidelities)
        assert.ok(given >= epochs.min && given <= epochs.max, `${words}: ${given} epochs`);
    }
    return result;
  };
  const runsWhole = async (situation: Situation) => {
    const { trials, reason } = await run(situation);
    assert.equal(reason, "trials-spent");
    assert.equal(trials.length, situation.trials ?? 30);
    return trials;
  };

  return [
    {
      name: "keeps to the limits and repeats nothing",
      run: async () => void (await runsWhole({ domain: macroDomain })),
    },
    {
      name: "keeps to limits on both sides in a space whose digits start at 1",
      run: async () => void (await runsWhole({ domain: channelDomain })),
    },
    {
      name: "proposes while others are being evaluated, and does not repeat those",
      run: async () => void (await runsWhole({ domain: macroDomain, parallel: 4 })),
    },
    {
      name: "works in a space too large to list",
      run: async () => {
        const domain = createDomain(geniusImagenet.create({ classCount: 1000 }), {
          maxMacCount: 330_000_000,
        });
        await runsWhole({ domain, trials: 6 });
      },
    },
    {
      name: "keeps to a device's RAM and flash, in a space that is listed and in one that is not",
      run: async () => {
        for (const domain of [listedDevice, largeDevice]) {
          const { maxRamBytes = 0, maxFlashBytes = 0 } = domain.limits;
          for (const { cost } of await runsWhole({ domain, trials: 8 })) {
            const { ramBytes = Number.NaN, flashBytes = Number.NaN } = cost;
            assert.ok(ramBytes <= maxRamBytes, `${ramBytes} bytes of RAM`);
            assert.ok(flashBytes <= maxFlashBytes, `${flashBytes} bytes of flash`);
          }
        }
      },
    },
    {
      name: "evaluates a small space whole, and then says that nothing is left",
      run: async () => {
        // No space holds its networks.
        if (definition.needs === "training") return;
        const allowed = 12;
        for (const parallel of [1, 3]) {
          const { trials, reason } = await run({ domain: tinyDomain, trials: 100, parallel });
          assert.equal(reason, "space-exhausted");
          assert.equal(new Set(trials.map(({ proposal }) => proposal.choices.join())).size, allowed);
          assert.equal(trials.length, allowed);
        }
      },
    },
    {
      name: "has nothing to propose where no design is allowed",
      run: async () => {
        const domain = createDomain(tinySpace, { maxParamCount: 1 });
        assert.match(describeEmpty(domain), /No design/);
        const { trials, reason } = await run({ domain });
        assert.deepEqual([trials.length, reason], [0, "space-exhausted"]);
      },
    },
    {
      name: "continues when every design is equally good",
      run: async () => void (await runsWhole({ domain: macroDomain, evaluate: () => scored(0.5) })),
    },
    {
      name: "continues when accuracies are mostly noise",
      run: async () => {
        const evaluate: Evaluate = (proposal, random) =>
          scored(Math.min(1, Math.max(0, slope(proposal) + 0.2 * random.normal())));
        await runsWhole({ domain: macroDomain, evaluate, parallel: 2 });
      },
    },
    {
      name: "continues after failures and measured violations",
      run: async () => void (await runsWhole({ domain: macroDomain, evaluate: eventful, parallel: 2 })),
    },
    {
      name: "continues when nothing was ever scored",
      run: async () => {
        const evaluate: Evaluate = () => ({
          kind: "failed",
          reason: "diverged",
          detail: "the loss was not a number",
          spent,
        });
        await runsWhole({ domain: macroDomain, evaluate, trials: 12 });
      },
    },
    {
      name: "observes replies that could not be read and made-up starts",
      run: async () => void (await runsWhole({ domain: macroDomain, before: strangeTrials() })),
    },
    {
      name: "spends fewer epochs only where it may",
      run: async () => {
        const trials = await runsWhole({ domain: macroDomain, fidelities: true, parallel: 2 });
        assert.ok(trials.length > 0);
        for (const { proposal } of await runsWhole({ domain: macroDomain, trials: 12 }))
          assert.equal(proposal.fidelity.epochs, undefined, "epochs were given where there is one fidelity");
      },
    },
    {
      name: "proposes the same again with the same seed",
      run: async () => {
        const [first, second] = [0, 0].map(() => studyOf({ domain: macroDomain, evaluate: eventful }));
        const a = (await runStudy(first as Study)).trials;
        assert.deepEqual((await runStudy(second as Study)).trials, a);
      },
    },
    {
      name: "is restored by observing what was recorded",
      run: async () => {
        for (const fidelities of [false, true]) {
          const situation: Situation = { domain: macroDomain, evaluate: eventful, parallel: 3, fidelities };
          const whole = await runsWhole(situation);
          for (const kept of [1, 7, 20]) {
            const resumed = await runStudy(studyOf({ ...situation, recorded: whole.slice(0, kept) }));
            assert.deepEqual(resumed.trials, whole, `after ${kept} recorded trials`);
          }
        }
      },
    },
    {
      name: "says how sure it is in figures that can be",
      run: async () => {
        for (const { proposal } of await runsWhole({ domain: channelDomain, evaluate: eventful })) {
          const { predicted } = proposal;
          if (predicted === undefined) continue;
          assert.ok(predicted.score >= 0 && predicted.score <= 1, `${predicted.score}`);
          assert.ok(predicted.sd === undefined || predicted.sd >= 0, `${predicted.sd}`);
        }
      },
    },
  ];
}

function violationsOfProposal(domain: Domain, { choices, network }: Proposal): readonly Violation[] {
  return network === undefined ? domain.violations(choices) : networkViolations(network, domain.limits);
}

/** What a resumed search with a language model may hold: a reply without a design, and a start that was made up. */
function strangeTrials(): readonly Trial[] {
  const cost = { paramCount: 0, macCount: 0 };
  const unreadable: Proposal = { choices: [], fidelity: {}, by: "model", unreadable: "no JSON was found" };
  const choices = macroDomain.sample(createRandom("suite", "nominal")) as Choices;
  const nominal: Proposal = { choices, fidelity: {}, by: "model", nominalScore: 0.9 };
  const failed = (reason: "unreadable" | "cancelled") =>
    ({ kind: "failed", reason, detail: "", spent }) as const;
  return [
    { number: 1, proposal: unreadable, outcome: failed("unreadable"), cost },
    { number: 2, proposal: nominal, outcome: scored(0.9), cost },
    { number: 3, proposal: { choices, fidelity: {}, by: "model" }, outcome: failed("cancelled"), cost },
  ];
}
