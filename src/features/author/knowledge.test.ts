// What a search in one space found is known in the next one, whatever its text looks like: the surrogate reads graphs.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { networkCost } from "../../graph/cost.ts";
import type { Network } from "../../graph/network.ts";
import { spaceOfText } from "../../language/index.ts";
import { spearman } from "../../math/statistics.ts";
import { createDomain } from "../../search/constraints/create-domain.ts";
import { designAt } from "../../search/sampling/unseen.ts";
import hybrid from "../../search/strategies/hybrid.ts";
import { networkKnowledge } from "../../search/surrogate/network-knowledge.ts";
import { createSurrogate } from "../../search/surrogate/surrogate.ts";
import type { Trial } from "../../search/trial.ts";

const spaceOf = (text: string) => {
  const { create, options } = spaceOfText(text, "text");
  return create(options.parse({ channels: 1, imageSize: [28, 28], classCount: 10 }));
};
const before = spaceOf(
  "conv {8|16} k{3|5} s2 norm relu\nconv {16|32} k{3|5} s2 norm relu\nglobalpool flatten linear classes\n",
);
/** Other names, other widths, another layer in between. */
const after = spaceOf(
  "window = {3|5}\nblock layer c k: conv c k s2 norm relu\nlayer {8|12|16} window\n{in|dw k3 norm relu}\nlayer {24|32} {3|5}\nglobalpool flatten linear classes\n",
);

/** Against all beliefs: a large window costs 10 points wherever it is. */
const score = ({ nodes }: Network) => {
  const large = nodes.filter(({ op }) => op.kind === "conv" && op.groups === 1 && op.kernel[0] === 5).length;
  return 0.8 - 0.1 * large;
};
const everyDesign = (space: typeof before) =>
  Array.from(
    { length: space.decisions.reduce((product, { options }) => product * options.length, 1) },
    (_, place) => designAt(space, place),
  );
const outside: readonly Trial[] = everyDesign(before).map((choices, index) => {
  const network = before.decode(choices);
  return {
    number: index + 1,
    proposal: { choices: [], network, fidelity: {}, by: "test" },
    outcome: {
      kind: "scored",
      metrics: { accuracy: score(network) },
      score: score(network),
      spent: { milliseconds: 1 },
    },
    cost: networkCost(network),
  };
});
const domain = createDomain(after, {});

test.each([true, false])(
  "beliefs of a space in which nothing was measured (reads networks: %s)",
  (readsNetworks) => {
    const knowledge = networkKnowledge(domain, undefined, { likeness: readsNetworks });
    const surrogate = createSurrogate(domain, { knowledge, readsNetworks });
    for (const trial of outside) surrogate.observe(trial);
    const { designs, means, best, scoreOf } = surrogate.candidates({
      random: createRandom("test"),
      pending: [],
    });
    const truth = designs.map((choices) => score(after.decode(choices)));
    const agreement = spearman([...means.subarray(0, designs.length)], truth);
    if (!readsNetworks) {
      // Large windows make large networks, which are believed in.
      expect(agreement).toBeLessThan(0);
      expect(best).toBe(Number.NEGATIVE_INFINITY);
      return;
    }
    expect(agreement).toBeGreaterThan(0.8);
    expect(scoreOf(best, 0).score).toBeGreaterThan(0.75);
  },
);

test("the first design of a revised space is chosen by what was found before it", async () => {
  const strategy = hybrid.create(
    { domain, evaluations: 4, task: "", fidelity: { full: {} }, readsNetworks: true },
    hybrid.options.parse({}),
  );
  for (const trial of outside) strategy.observe(trial);
  const signal = new AbortController().signal;
  const proposal = await strategy.propose({
    ...{ trialNumber: 1, random: createRandom("first"), pending: [], signal },
  });
  expect(proposal).toMatchObject({ rationale: "highest expected improvement" });
  expect(score(after.decode(proposal!.choices))).toBeCloseTo(0.8);
  expect(Math.abs(proposal!.predicted!.score - 0.8)).toBeLessThan(0.06);
});
