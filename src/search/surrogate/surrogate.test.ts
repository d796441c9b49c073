// What the surrogate believes after forty designs of a landscape that is known, in whatever unit the metric has.
import { expect, test } from "vitest";
import { createRandom } from "../../base/random.ts";
import { kendallTau } from "../../math/statistics.ts";
import { createDomain } from "../constraints/create-domain.ts";
import type { Choices } from "../space.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { createSurrogate } from "./surrogate.ts";

const domain = createDomain(macro.create({}), {});
/** From 0 to 0.95; later decisions count more. */
const worth = (choices: Choices) =>
  (0.95 * choices.reduce((sum, choice, place) => sum + choice * (place + 1), 0)) / 72;

test.each([
  ["a share", (value: number) => value],
  ["a throughput far above 1", (value: number) => 50 + 1000 * value],
  ["a loss, as a negative score", (value: number) => -3 * (1 - value)],
])("orders designs by %s, and says what it expects in the metric's own unit", (_, scoreOf) => {
  const surrogate = createSurrogate(domain, {});
  for (let number = 1; number <= 40; number += 1) {
    const choices = domain.sample(createRandom("surrogate-test", number))!;
    const score = scoreOf(worth(choices));
    surrogate.observe({
      number,
      proposal: { choices, fidelity: {}, by: "test" },
      outcome: { kind: "scored", metrics: { figure: score }, score, spent: { milliseconds: 1 } },
      cost: domain.costOf(choices),
    });
  }
  const found = surrogate.candidates({ random: createRandom("candidates"), pending: [] });
  const truth = found.designs.map((choices) => scoreOf(worth(choices)));
  expect(kendallTau([...found.means], truth)).toBeGreaterThan(0.7);
  const errors = truth.map((score, place) =>
    Math.abs(found.scoreOf(found.means[place]!, found.deviations[place]!).score - score),
  );
  const spread = Math.max(...truth) - Math.min(...truth);
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.1 * spread);
});
