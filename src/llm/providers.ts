// Opens a provider's model: its package (loaded only now), its key, its address. The only file that knows how the
// providers differ.
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { GeniusError } from "../base/errors.ts";
import type { JsonValue } from "../base/json.ts";
import { type Environment, type ModelProvider, modelProviders, type OnlineProvider } from "./model-name.ts";
import { tolerantFetch } from "./tolerant-fetch.ts";

export interface OpenModel {
  readonly model: LanguageModelV4;
  /** As it was asked for: `openai/gpt-…`. */
  readonly name: string;
  /** The address as a person may see it, without user or query. */
  readonly shownUrl: string;
  readonly keyVariable: string | undefined;
  /** Must never be written anywhere. */
  readonly secrets: readonly string[];
  /** The mark on a text that is to be cached, where a provider caches only what is marked. */
  readonly cacheMark?: ProviderOptions;
}

type ProviderOptions = Record<string, Record<string, JsonValue>>;

/**
 * @throws GeniusError `no-key` when the provider needs a key and the environment has none, `wrong-use` when an
 *   address is missing or is none.
 */
export async function openModel(
  name: { readonly provider: OnlineProvider; readonly model: string },
  setting: { readonly environment: Environment; readonly baseUrl?: string | undefined },
): Promise<OpenModel> {
  const provider: ModelProvider | undefined = modelProviders.find(
    (candidate) => candidate.name === name.provider,
  );
  const variable = provider?.keyVariable;
  const apiKey = variable === undefined ? undefined : setting.environment[variable]?.trim() || undefined;
  if (apiKey === undefined && provider?.key === "required") {
    throw new GeniusError(
      "no-key",
      `${name.provider}/${name.model} needs a key, and ${variable} is not set. Set it in your environment (export ${variable}=…), or use a model that needs none: ollama/…, manual or replay/FILE.`,
    );
  }
  const baseUrl = checkedUrl(setting.baseUrl) ?? provider?.localUrl?.(setting.environment);
  return {
    model: await create(name, apiKey, baseUrl),
    name: `${name.provider}/${name.model}`,
    shownUrl: baseUrl === undefined ? `${name.provider}'s server` : shown(baseUrl),
    keyVariable: variable,
    secrets: apiKey === undefined ? [] : [apiKey],
    ...(name.provider === "anthropic" && {
      cacheMark: { anthropic: { cacheControl: { type: "ephemeral" } } },
    }),
  };
}

async function create(
  name: { readonly provider: OnlineProvider; readonly model: string },
  apiKey: string | undefined,
  baseUrl: string | undefined,
): Promise<LanguageModelV4> {
  const settings = {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
  };
  switch (name.provider) {
    case "openai": {
      const { createOpenAI } = await import("@ai-sdk/openai");
      // Chat completions keep nothing on the server between calls, so what is recorded here is all there was.
      return createOpenAI(settings).chat(name.model);
    }
    case "anthropic": {
      const { createAnthropic } = await import("@ai-sdk/anthropic");
      return createAnthropic(settings)(name.model);
    }
    case "google": {
      const { createGoogle } = await import("@ai-sdk/google");
      return createGoogle(settings)(name.model);
    }
    case "ollama":
    case "compatible": {
      if (baseUrl === undefined) {
        throw new GeniusError(
          "wrong-use",
          `compatible/${name.model} needs the address of its server: --base-url http://HOST:PORT/v1.`,
        );
      }
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      const provider = createOpenAICompatible({
        ...settings,
        name: name.provider,
        baseURL: baseUrl,
        supportsStructuredOutputs: true,
        includeUsage: true,
        fetch: tolerantFetch,
      });
      return provider.chatModel(name.model);
    }
    default:
      return name.provider satisfies never;
  }
}

function checkedUrl(baseUrl: string | undefined): string | undefined {
  if (baseUrl === undefined) return undefined;
  const url = URL.parse(baseUrl);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new GeniusError(
      "wrong-use",
      `--base-url is "${baseUrl}", which is no address: give one such as http://127.0.0.1:8000/v1.`,
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw new GeniusError(
      "wrong-use",
      `--base-url ${shown(baseUrl)} holds a user or a password, which would end up in records. Put the key in the environment, as COMPATIBLE_API_KEY.`,
    );
  }
  return baseUrl.replace(/\/+$/, "");
}

function shown(baseUrl: string): string {
  const url = new URL(baseUrl);
  return `${url.origin}${url.pathname}`;
}
