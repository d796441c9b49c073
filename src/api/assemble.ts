// From a resolved configuration to the parts of a study, by name: the same for a new search, for a resumed one and
// for any other caller. What was chosen is data (`StudyConfig`), so a journal's header is enough.
import { GeniusError } from "../base/errors.ts";
import { createRandom } from "../base/random.ts";
import { checkMade } from "../catalog/check-made.ts";
import { loadEvaluator, loadStrategy, openSpace, resolveOptions } from "../catalog/load.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import { describeEmpty } from "../search/constraints/describe-empty.ts";
import type { Limits } from "../search/constraints/domain.ts";
import type { Strategy } from "../search/strategy.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { type Ground, type GroundSetting, openGround } from "./ground.ts";

export interface AssembleSetting extends Omit<GroundSetting, "defaultMaxCalls"> {
  /** Whether the model is called for the study's proposals only, so that the strategy's plan can cap its calls. */
  readonly isSearch?: boolean;
}

export interface Assembly extends Omit<Ground, "settingOf"> {
  readonly strategy: Strategy;
}

/**
 * Makes the parts of a study.
 * @throws GeniusError when a name, an option, a data set or a model is not to be had.
 */
export async function assemble(config: StudyConfig, setting: AssembleSetting): Promise<Assembly> {
  const { given = {} } = setting;
  const space = await openSpace(given.space ?? config.space, config.spaceOptions);
  if (space.decisions.length === 0) {
    throw new GeniusError(
      "wrong-use",
      `${config.space} is one network, and a search needs alternatives: write some, as in conv {16|24} k{3|5}. "genius train" trains it as it is.`,
    );
  }
  const definition = await loadStrategy(given.strategy ?? config.strategy);
  const { tabular } = await loadEvaluator(given.evaluator ?? config.evaluator);
  if (definition.needs === "training" && tabular === true) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${config.strategy} proposes networks of its own, and the evaluator ${config.evaluator} only knows those of a table: use --evaluator train.`,
    );
  }
  setting.signal?.throwIfAborted();
  const domain = createDomain(space, config.limits as Limits);
  if (domain.sample(createRandom("feasible")) === undefined) {
    throw new GeniusError("infeasible", describeEmpty(domain));
  }
  const options = resolveOptions(
    definition.options,
    config.strategyOptions,
    `the strategy ${config.strategy}`,
  );
  let plannedCalls: number | undefined;
  const { settingOf, ...ground } = await openGround(config, domain, {
    ...setting,
    defaultMaxCalls: () => plannedCalls && Math.max(2 * plannedCalls, plannedCalls + sparedCalls),
  });
  const made = definition.create(await settingOf(definition), options);
  const strategy = checkMade("strategy", definition.name, made);
  if (setting.isSearch) plannedCalls = strategy.modelPlan?.().calls;
  return { ...ground, strategy };
}

/** Without a cap of the user's, a model is called at most twice as often as estimated, in short searches this much more. */
const sparedCalls = 10;
