// A conversation with a language model, from the settings of a search or of any other command that asks one.
import { GeniusError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { resolveOptions } from "../catalog/load.ts";
import { type Answerer, type Conversation, createConversation } from "../llm/index.ts";
import { type ModelSettings, modelSettings } from "../study/settings.ts";

/** Where a conversation is recorded, and who answers. */
export interface ModelSetting {
  /** Its record goes there. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Who answers for the model `manual`; a person at the terminal by default. */
  readonly answerer?: Answerer;
  /** The max calls where the settings name none; read before each call. */
  readonly defaultMaxCalls?: () => number | undefined;
}

/** A conversation with a model, within the caps of its settings. */
export async function openModel(
  model: string,
  options: JsonObject,
  setting: ModelSetting,
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
