// What a search stands on before anyone proposes: what measures its designs, the time that it has, the hand-designed networks
// beside it, and the model. It does not know the strategy: one that writes the space is asked before there is one.
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { references } from "../catalog/_catalog.ts";
import { checkMade } from "../catalog/check-made.ts";
import { fitOffers } from "../catalog/experience/offers.ts";
import { loadEvaluator, loadLauncher, resolveOptions } from "../catalog/load.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import type { Launcher } from "../evaluators/launchers/launcher.ts";
import type { Conversation } from "../llm/index.ts";
import type { Domain } from "../search/constraints/domain.ts";
import { fitReferences } from "../search/race/fit-references.ts";
import { outlookOf } from "../search/race/outlook.ts";
import type { RaceSetting } from "../search/race/race.ts";
import { raceDomain } from "../search/race/race-domain.ts";
import { planRace, provenCount } from "../search/race/race-plan.ts";
import { inOrder } from "../search/race/reference-order.ts";
import type { FittedReference } from "../search/references/reference.ts";
import type { Measuring, StrategyDefinition, StrategySetting } from "../search/strategy.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { type ModelSetting, openModel } from "./open-model.ts";
import type { GivenMembers } from "./search-options.ts";
import { startReference } from "./start.ts";
import { createTrainingAccess } from "./training-access.ts";

export interface GroundSetting extends ModelSetting {
  readonly onProgress?: (text: string) => void;
  /** Aborting it ends the reading of the data. */
  readonly signal?: AbortSignal;
  /** Definitions that a script handed over; what is absent is loaded by its name in the configuration. */
  readonly given?: GivenMembers;
}

export interface Ground {
  readonly domain: Domain;
  /** Of a study by the clock: the race that the strategy's designs run. */
  readonly race: RaceSetting | undefined;
  readonly evaluator: Evaluator;
  readonly conversation: Conversation | undefined;
  /** Outcomes are looked up, so that baselines cost nothing. */
  readonly isLookedUp: boolean;
  /** What the figures stand on, for the journal's header. */
  readonly provenance: JsonObject;
  /** What a strategy of that definition is created for. */
  settingOf(definition: Pick<StrategyDefinition, "needs">): Promise<StrategySetting>;
  close(): Promise<void>;
}

/** @throws GeniusError when an option, a data set or a model is not to be had. */
export async function openGround(
  config: StudyConfig,
  domain: Domain,
  setting: GroundSetting,
): Promise<Ground> {
  const { folder, environment, onProgress, signal, given = {} } = setting;
  const definition = await loadEvaluator(given.evaluator ?? config.evaluator);
  const options = resolveOptions(
    definition.options,
    config.evaluatorOptions,
    `the evaluator ${config.evaluator}`,
  );
  const launcher = definition.launcherOf?.(options);
  signal?.throwIfAborted();
  const made = await definition.create(
    {
      space: domain.space,
      dataset: config.dataset,
      folder,
      seed: config.seed,
      metric: config.metric,
      ...(Object.keys(config.limits).length > 0 && { isAllowed: domain.isFeasible }),
      environment,
      parallel: config.parallel,
      byTheClock: config.minutes !== undefined,
      ...(onProgress && { onProgress }),
      ...(signal && { signal }),
      ...(launcher !== undefined && { openLauncher: () => openLauncher(launcher, config, setting) }),
    },
    options,
  );
  const evaluator = checkMade("evaluator", definition.name, made);
  if (evaluator.metric !== undefined && evaluator.metric.name !== config.metric.name) {
    throw new GeniusError(
      "wrong-use",
      `The evaluator ${config.evaluator} selects on ${evaluator.metric.name}, and the search on ${config.metric.name}: list its metrics as "metrics" in its definition.`,
    );
  }
  const race =
    config.minutes === undefined ? undefined : await raceOf(config.minutes, { config, domain, evaluator });
  const conversation =
    config.model === undefined ? undefined : await openModel(config.model, config.modelOptions, setting);
  const startsOf = async (): Promise<NonNullable<StrategySetting["starts"]>> => {
    const fitted = race?.references ?? (await fittedReferences(domain, config));
    return {
      networks: fitted.map(({ network }) => network),
      areTried: race !== undefined || config.start !== undefined,
    };
  };
  return {
    domain,
    race,
    evaluator,
    conversation,
    isLookedUp:
      evaluator.ownVerdicts !== true && (definition.tabular === true || evaluator.optimum !== undefined),
    provenance: {
      evaluator: {
        selectedOn: evaluator.selectedOn,
        ...(evaluator.optimum !== undefined && { optimum: evaluator.optimum }),
        ...evaluator.provenance,
      },
      ...(conversation !== undefined && { model: conversation.model }),
    },
    settingOf: async ({ needs }) => ({
      domain: race?.designs ?? domain,
      ...(needs === "training" && { starts: await startsOf() }),
      evaluations: race === undefined ? config.trials : outlookOf(race).designs,
      ...(config.experience !== undefined && { experience: config.experience.told }),
      task: config.task,
      measuring: measuringOf(evaluator, race),
      metric: config.metric,
      // By the clock the race decides how long a design is trained.
      fidelity:
        race === undefined
          ? evaluator.fidelity
          : { full: { seconds: race.plan.rungs[0] as number }, rungs: race.plan.rungs },
      training: createTrainingAccess({
        ...(typeof config.evaluatorOptions.task === "string" && { task: config.evaluatorOptions.task }),
        ...(typeof config.evaluatorOptions.format === "string" && { format: config.evaluatorOptions.format }),
        dataset: config.dataset,
        seed: config.seed,
        environment,
        // The launcher options are those of the evaluator's launcher.
        openLauncher: (name) => openLauncher(name, name === launcher ? config : {}, setting),
        ...(onProgress && { onProgress }),
        ...(signal && { signal }),
      }),
      ...(conversation !== undefined && { conversation }),
    }),
    async close() {
      await conversation?.close();
      await evaluator.close?.();
    },
  };
}

/** @throws GeniusError `wrong-use` when the evaluator cannot train by the clock. */
async function raceOf(
  minutes: number,
  { config, domain, evaluator }: { config: StudyConfig; domain: Domain; evaluator: Evaluator },
): Promise<RaceSetting> {
  if (evaluator.fidelity.seconds !== true) {
    throw new GeniusError(
      "wrong-use",
      `The evaluator ${config.evaluator} cannot train by the clock: give --trials in place of --minutes.`,
    );
  }
  const fitted = await fittedReferences(domain, config);
  const designs = raceDomain(domain, fitted);
  const plan = planRace({ minutes, slots: config.parallel });
  const { offered = [] } = config.experience ?? {};
  return {
    ...{ plan, references: fitted },
    experience: fitOffers(domain, offered).slice(0, provenCount(plan)),
    ...(designs !== undefined && { designs }),
  };
}

/** What people designed, or the one network that the search starts from. */
export async function fittedReferences(
  domain: Domain,
  { start }: StudyConfig,
): Promise<readonly FittedReference[]> {
  if (start !== undefined) return [startReference(domain, start)];
  const definitions = await Promise.all(Object.values(references).map(({ load }) => load()));
  return fitReferences(domain, inOrder(definitions));
}

function measuringOf({ selectedOn, recipe }: Evaluator, race: RaceSetting | undefined): Measuring {
  const { validationImages } = recipe ?? {};
  const words =
    race === undefined
      ? recipe?.words
      : `each design is trained for ${race.plan.rungs[0]} s of wall time, the best ones longer; a slower network sees fewer images`;
  return {
    selectedOn,
    ...(words !== undefined && { recipe: words }),
    ...(validationImages !== undefined && { validationImages }),
  };
}

async function openLauncher(
  name: string,
  config: Pick<StudyConfig, "launcherOptions">,
  { folder, environment, onProgress }: GroundSetting,
): Promise<Launcher> {
  const definition = await loadLauncher(name);
  const options = resolveOptions(definition.options, config.launcherOptions ?? {}, `the launcher ${name}`);
  return definition.create({ folder, environment, ...(onProgress && { onProgress }) }, options);
}
