// From a resolved configuration to the parts of a study, by name: the same for a new search, for a resumed one and
// for any other caller. What was chosen is data (`StudyConfig`), so a journal's header is enough.
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { createRandom } from "../base/random.ts";
import { references } from "../catalog/_catalog.ts";
import { checkMade } from "../catalog/check-made.ts";
import { loadEvaluator, loadLauncher, loadStrategy, openSpace, resolveOptions } from "../catalog/load.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import type { Launcher } from "../evaluators/launchers/launcher.ts";
import { type Answerer, type Conversation, createConversation } from "../llm/index.ts";
import { createDomain } from "../search/constraints/create-domain.ts";
import { describeEmpty } from "../search/constraints/describe-empty.ts";
import type { Domain, Limits } from "../search/constraints/domain.ts";
import { experience } from "../search/experience/experience.ts";
import { fitReferences } from "../search/race/fit-references.ts";
import { outlookOf } from "../search/race/outlook.ts";
import type { RaceSetting } from "../search/race/race.ts";
import { raceDomain } from "../search/race/race-domain.ts";
import { planRace } from "../search/race/race-plan.ts";
import { inOrder } from "../search/race/reference-order.ts";
import type { FittedReference } from "../search/references/reference.ts";
import type { Measuring, Strategy } from "../search/strategy.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { type ModelSettings, modelSettings } from "../study/settings.ts";
import type { GivenMembers } from "./search-options.ts";
import { startReference } from "./start.ts";
import { createTrainingAccess } from "./training-access.ts";

export interface AssembleSetting {
  /** Whether the model is called for the study's proposals only, so that the strategy's plan can cap its calls. */
  readonly isSearch?: boolean;
  /** The run's folder: the conversation's record, checkpoints and the best model go there. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly onProgress?: (text: string) => void;
  /** Who answers for the model `manual`; a person at the terminal by default. */
  readonly answerer?: Answerer;
  /** Definitions that a script handed over; what is absent is loaded by its name in the configuration. */
  readonly given?: GivenMembers;
}

export interface Assembly {
  readonly domain: Domain;
  readonly strategy: Strategy;
  /** Of a study by the clock: the race that the strategy's designs run. */
  readonly race: RaceSetting | undefined;
  readonly evaluator: Evaluator;
  readonly conversation: Conversation | undefined;
  /** Outcomes are looked up, so that baselines cost nothing. */
  readonly isLookedUp: boolean;
  /** What the figures stand on, for the journal's header. */
  readonly provenance: JsonObject;
  close(): Promise<void>;
}

/**
 * Makes the parts of a study.
 * @throws GeniusError when a name, an option, a data set or a model is not to be had.
 */
export async function assemble(config: StudyConfig, setting: AssembleSetting): Promise<Assembly> {
  const { folder, environment, onProgress, given = {} } = setting;
  const space = await openSpace(given.space ?? config.space, config.spaceOptions);
  if (space.decisions.length === 0) {
    throw new GeniusError(
      "wrong-use",
      `${config.space} is one network, and a search needs alternatives: write some, as in conv {16|24} k{3|5}. "genius train" trains it as it is.`,
    );
  }
  const strategyDefinition = await loadStrategy(given.strategy ?? config.strategy);
  const evaluatorDefinition = await loadEvaluator(given.evaluator ?? config.evaluator);
  if (strategyDefinition.needs === "training" && evaluatorDefinition.tabular === true) {
    throw new GeniusError(
      "wrong-use",
      `The strategy ${config.strategy} proposes networks of its own, and the evaluator ${config.evaluator} only knows those of a table: use --evaluator train.`,
    );
  }
  const domain = createDomain(space, config.limits as Limits);
  if (domain.sample(createRandom("feasible")) === undefined) {
    throw new GeniusError("infeasible", describeEmpty(domain));
  }
  const strategyOptions = resolveOptions(
    strategyDefinition.options,
    config.strategyOptions,
    `the strategy ${config.strategy}`,
  );
  const evaluatorOptions = resolveOptions(
    evaluatorDefinition.options,
    config.evaluatorOptions,
    `the evaluator ${config.evaluator}`,
  );
  const launcher = evaluatorDefinition.launcherOf?.(evaluatorOptions);
  const made = await evaluatorDefinition.create(
    {
      space,
      dataset: config.dataset,
      folder,
      seed: config.seed,
      metric: config.metric,
      ...(Object.keys(config.limits).length > 0 && { isAllowed: domain.isFeasible }),
      environment,
      parallel: config.parallel,
      byTheClock: config.minutes !== undefined,
      ...(onProgress && { onProgress }),
      ...(launcher !== undefined && { openLauncher: () => openLauncher(launcher, config, setting) }),
    },
    evaluatorOptions,
  );
  const evaluator = checkMade("evaluator", evaluatorDefinition.name, made);
  if (evaluator.metric !== undefined && evaluator.metric.name !== config.metric.name) {
    throw new GeniusError(
      "wrong-use",
      `The evaluator ${config.evaluator} selects on ${evaluator.metric.name}, and the search on ${config.metric.name}: list its metrics as "metrics" in its definition.`,
    );
  }
  const race =
    config.minutes === undefined ? undefined : await raceOf(config.minutes, { config, domain, evaluator });
  let plannedCalls: number | undefined;
  const conversation =
    config.model === undefined
      ? undefined
      : await openModel(config.model, config.modelOptions, {
          ...setting,
          defaultMaxCalls: () => plannedCalls && Math.max(2 * plannedCalls, plannedCalls + sparedCalls),
        });
  const strategyMade = strategyDefinition.create(
    {
      domain: race?.designs ?? domain,
      ...(strategyDefinition.needs === "training" && {
        starts: {
          networks: (race?.references ?? (await fittedReferences(domain, config))).map(
            ({ network }) => network,
          ),
          areTried: race !== undefined || config.start !== undefined,
        },
      }),
      evaluations: race === undefined ? config.trials : outlookOf(race).designs,
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
      }),
      ...(conversation !== undefined && { conversation }),
    },
    strategyOptions,
  );
  const strategy = checkMade("strategy", strategyDefinition.name, strategyMade);
  if (setting.isSearch) plannedCalls = strategy.modelPlan?.().calls;
  return {
    domain,
    strategy,
    race,
    evaluator,
    conversation,
    isLookedUp:
      evaluator.ownVerdicts !== true &&
      (evaluatorDefinition.tabular === true || evaluator.optimum !== undefined),
    provenance: {
      evaluator: {
        selectedOn: evaluator.selectedOn,
        ...(evaluator.optimum !== undefined && { optimum: evaluator.optimum }),
        ...evaluator.provenance,
      },
      ...(conversation !== undefined && { model: conversation.model }),
    },
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
  return {
    plan: planRace({ minutes, slots: config.parallel }),
    references: fitted,
    ...(config.experience === true && { experience: fitReferences(domain, experience) }),
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
  { folder, environment, onProgress }: AssembleSetting,
): Promise<Launcher> {
  const definition = await loadLauncher(name);
  const options = resolveOptions(definition.options, config.launcherOptions ?? {}, `the launcher ${name}`);
  return definition.create({ folder, environment, ...(onProgress && { onProgress }) }, options);
}

/** Without a cap of the user's, a model is called at most twice as often as estimated, in short searches this much more. */
const sparedCalls = 10;

/** A conversation with a model, within the caps of its settings. */
export async function openModel(
  model: string,
  options: JsonObject,
  setting: Pick<AssembleSetting, "folder" | "environment" | "answerer"> & {
    /** The max calls where the settings name none; read before each call. */
    readonly defaultMaxCalls?: () => number | undefined;
  },
): Promise<Conversation> {
  const settings: ModelSettings = resolveOptions(modelSettings, options, `the model ${model}`);
  const { baseUrl, maxUsd, maxUsdPerDay, maxTokens, maxCalls, usdPerMillionInput, usdPerMillionOutput } =
    settings;
  if ((usdPerMillionInput === undefined) !== (usdPerMillionOutput === undefined)) {
    throw new GeniusError(
      "wrong-use",
      "A price has two parts: give both --usd-per-million-input and --usd-per-million-output.",
    );
  }
  return createConversation({
    model,
    baseUrl,
    ...(settings.effort !== undefined && { effort: settings.effort }),
    environment: setting.environment,
    folder: setting.folder,
    answerer: setting.answerer,
    caps: {
      ...(maxUsd !== undefined && { maxUsd }),
      ...(maxUsdPerDay !== undefined && { maxUsdPerDay }),
      ...(maxTokens !== undefined && { maxTokens }),
      get maxCalls() {
        return maxCalls ?? setting.defaultMaxCalls?.();
      },
    },
    ...(usdPerMillionInput !== undefined &&
      usdPerMillionOutput !== undefined && {
        pricePerMillion: { input: usdPerMillionInput, output: usdPerMillionOutput },
      }),
  });
}
