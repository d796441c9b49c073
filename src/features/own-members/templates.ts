// What `genius new` writes: a member that works as it stands, and a test that runs its kind's contract suite. Plain text
// with the placeholders NAME and STEM, the file without its ending; the tests write each, check its types and run it as a stranger would.

export const kinds = ["space", "strategy", "evaluator", "metric"] as const;

export type Kind = (typeof kinds)[number];

export interface Template {
  /** The member's file. */
  readonly member: string;
  /** The test beside it. */
  readonly test: string;
  /** Commands that use the member, once it is tested. */
  readonly uses: readonly string[];
}

const space: Template = {
  member: `// A space: what may be decided, and the network that follows from each choice.
import { classifier, convNorm, createNetworkBuilder, defineSpace, imageSizeOption, sidesOf } from "genius-nas";
import { z } from "zod";

const widths = [8, 16, 32];

export default defineSpace({
  name: "NAME",
  summary: "Two 3×3 convolutions whose widths are decided.",
  source: "where the space comes from",
  // Options are flags of the command too: --class-count 3.
  options: z.object({
    imageSize: imageSizeOption({ min: 8, max: 1024 }).prefault(32).describe("image height and width in pixels: 32 or 24x32"),
    channels: z.int().min(1).default(3).describe("image channels"),
    classCount: z.int().min(2).default(10).describe("number of classes"),
  }),
  // Which options suit the images of a data set.
  fit: ({ imageSize, channels, classCount }) => ({ imageSize, channels, classCount }),
  create: ({ imageSize, channels, classCount }) => ({
    name: "NAME",
    summary: "Two 3×3 convolutions.",
    input: [channels, ...sidesOf(imageSize)],
    classCount,
    firstDigit: 0,
    decisions: ["first", "second"].map((stage) => ({
      name: \`\${stage}.width\`,
      // A language model and reports quote the meaning: write it for a person.
      meaning: \`Channels of the \${stage} convolution.\`,
      // Neighbouring options are alike.
      kind: "ordinal" as const,
      about: "architecture" as const,
      options: widths.map((width) => ({ label: \`\${width} channels\`, value: width })),
    })),
    // A rule beyond parameters and MACs: true, or why a design is not allowed.
    // allows: ([first = 0, second = 0]) => second >= first || "the second stage is narrower than the first",
    // Every vector of choices must give a network.
    decode(choices) {
      const build = createNetworkBuilder(\`NAME/\${choices.join("")}\`, [channels, ...sidesOf(imageSize)]);
      let x = "input";
      for (const [stage, choice] of choices.entries()) {
        const outChannels = widths[choice] as number;
        x = convNorm(build, \`stage\${stage + 1}\`, x, { outChannels, kernel: 3, stride: 2, activation: "relu" });
      }
      classifier(build, x, classCount);
      return build.build();
    },
  }),
});
`,
  test: `// The contract of a space: every design gives a network with the right input and classes, costs are exact, limits hold, …
import { test } from "node:test";
import { spaceChecks } from "genius-nas/testing";
import space from "./STEM.ts";

for (const check of spaceChecks(space, space.options.parse({}))) test(check.name, check.run);
`,
  uses: ["genius cost --space FILE --choices 12", "genius search ./photos --space FILE --trials 10"],
};

const strategy: Template = {
  member: `// A strategy: \`propose\` gives the next design, and \`observe\` hears what became of it – the only way in which it learns, so
// that a search that was stopped is restored by replaying its trials.
import { type Choices, defineStrategy, isScored, neighbours, type ScoredTrial } from "genius-nas";
import { z } from "zod";

export default defineStrategy({
  name: "NAME",
  summary: "Changes one decision of the best design so far.",
  source: "where the method comes from",
  model: "none",
  // Options are flags of the command too: --restart01 0.2.
  options: z.object({
    restart01: z.number().min(0).max(1).default(0.1).describe("share of proposals drawn at random"),
  }),
  create({ domain }, { restart01 }) {
    const { space } = domain;
    // Several vectors may stand for one network, which is evaluated once.
    const keyOf = (choices: Choices) => space.networks?.keyOf(choices) ?? choices.join();
    const tried = new Set<string>();
    let best: ScoredTrial | undefined;
    return {
      // Random numbers come from the study's seed and the trial's number; \`pending\` are designs that are being evaluated.
      async propose({ random, pending }) {
        const taken = new Set([...tried, ...pending.map(({ choices }) => keyOf(choices))]);
        const isNew = (choices: Choices) => domain.isFeasible(choices) && !taken.has(keyOf(choices));
        const restarts = best === undefined || random.next() < restart01;
        const near = restarts ? [] : neighbours(space, best!.proposal.choices).filter(isNew);
        let choices = near.length > 0 ? near[random.integer(near.length)] : undefined;
        for (let draw = 0; choices === undefined && draw < 1000; draw += 1) {
          const drawn = domain.sample(random);
          if (drawn !== undefined && isNew(drawn)) choices = drawn;
        }
        // Undefined ends the search: there is nothing left to try.
        return choices && { choices, fidelity: {}, by: "NAME" };
      },
      observe(trial) {
        // An answer that could not be read holds no design.
        if (trial.proposal.unreadable === undefined) tried.add(keyOf(trial.proposal.choices));
        if (isScored(trial) && (best === undefined || trial.outcome.score > best.outcome.score)) best = trial;
      },
    };
  },
});
`,
  test: `// The contract of a strategy: it keeps to the limits, repeats nothing, survives failures, is restored by replay, …
import { test } from "node:test";
import { strategyChecks } from "genius-nas/testing";
import strategy from "./STEM.ts";

for (const check of strategyChecks(strategy)) test(check.name, check.run);
`,
  uses: [
    "genius bench --space nas-bench-macro --strategies FILE,hybrid --seeds 10",
    "genius search nas-bench-macro --strategy FILE",
  ],
};

const evaluator: Template = {
  member: `// An evaluator: what a design is judged by. A design that cannot be evaluated is an outcome, not an exception.
import { defineEvaluator, peakActivationBytes } from "genius-nas";
import { z } from "zod";

export default defineEvaluator({
  name: "NAME",
  summary: "Prefers networks that need little memory while they run.",
  source: "where the measure comes from",
  // An outcome costs next to nothing, so that a search runs its baselines too. Leave it out where you train.
  tabular: true,
  // Options are flags of the command too: --budget-kb 128.
  options: z.object({ budgetKb: z.number().positive().default(64).describe("memory that would be perfect, in kB") }),
  async create(_setting, { budgetKb }) {
    return {
      selectedOn: "validation",
      fidelity: { full: {} },
      // The best score that any design can have, where it is known: regret follows from it. For accuracy it is in [0, 1].
      // optimum: 1,
      // What a reader needs to trace a figure, as plain JSON.
      provenance: { budgetKb },
      async evaluate({ network }) {
        const kb = peakActivationBytes(network) / 1000;
        return {
          kind: "scored",
          metrics: { accuracy: Math.min(1, budgetKb / kb) },
          spent: { milliseconds: 0 },
        };
      },
    };
  },
});
`,
  test: `// The contract of an evaluator: plain figures in their range, the same for the same request, failures as outcomes, …
import { test } from "node:test";
import { openSpace } from "genius-nas";
import { evaluatorChecks } from "genius-nas/testing";
import evaluator from "./STEM.ts";

const space = await openSpace("nas-bench-macro");
const setting = { space, dataset: "mine", folder: ".", seed: 1, environment: {} };
const open = () => evaluator.create(setting, evaluator.options.parse({}));
const designs = [
  [0, 0, 0, 0, 0, 0, 0, 0],
  [1, 2, 1, 0, 2, 1, 2, 2],
  [2, 2, 2, 2, 2, 2, 2, 2],
];

for (const check of evaluatorChecks({ open, space, designs })) test(check.name, check.run);
`,
  uses: [
    "genius bench --space nas-bench-macro --evaluator FILE --strategies hybrid",
    "genius search --space nas-bench-macro --evaluator FILE --trials 10",
  ],
};

const metric: Template = {
  member: `// A metric: a figure of a trained network, from its scores and the labels of some examples.
import { defineMetric, highestOf } from "genius-nas";

export default defineMetric({
  name: "NAME",
  label: "NAME",
  unit: "share",
  goal: "maximise",
  range: [0, 1],
  summary: "Share of examples whose class has the highest score.",
  source: "where the metric comes from",
  // Logits are [N, classes], before any softmax; ties between classes go to the lower index.
  measure({ logits, labels, classCount }) {
    let right = 0;
    for (let row = 0; row < labels.length; row += 1) {
      if (highestOf(logits, row, classCount) === labels[row]) right += 1;
    }
    return right / labels.length;
  },
});
`,
  test: `// The contract of a metric: deterministic, in its range, best for perfect scores, …
import { test } from "node:test";
import { metricChecks } from "genius-nas/testing";
import metric from "./STEM.ts";

for (const check of metricChecks(metric)) test(check.name, check.run);
`,
  uses: ["genius search digits --metric FILE --trials 5"],
};

export const templates: Readonly<Record<Kind, Template>> = { space, strategy, evaluator, metric };
