// What can stand after `--model`, and where each provider's key and server come from. Data and a parser only: no
// provider package is loaded here, so that listing and checking names costs nothing.
import { GeniusError } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ModelProvider {
  readonly name: string;
  readonly summary: string;
  /** How a model of it is written. */
  readonly usage: string;
  /** The environment variable that holds its key. */
  readonly keyVariable?: string;
  /** `optional`: many such servers want no key. */
  readonly key?: "required" | "optional";
  /** Where its server answers on this machine, `/v1` included. */
  readonly localUrl?: (environment: Environment) => string;
}

const providers = [
  {
    name: "openai",
    summary: "OpenAI's models",
    usage: "openai/MODEL",
    keyVariable: "OPENAI_API_KEY",
    key: "required",
  },
  {
    name: "anthropic",
    summary: "Anthropic's models",
    usage: "anthropic/MODEL",
    keyVariable: "ANTHROPIC_API_KEY",
    key: "required",
  },
  {
    name: "google",
    summary: "Google's Gemini models",
    usage: "google/MODEL",
    keyVariable: "GOOGLE_GENERATIVE_AI_API_KEY",
    key: "required",
  },
  {
    name: "ollama",
    summary: "models on your own machine through Ollama; OLLAMA_HOST says where it runs",
    usage: "ollama/MODEL",
    localUrl: ollamaUrl,
  },
  {
    name: "compatible",
    summary: "any server that speaks OpenAI's chat completions, such as vLLM or llama.cpp; needs --base-url",
    usage: "compatible/MODEL",
    keyVariable: "COMPATIBLE_API_KEY",
    key: "optional",
  },
  { name: "replay", summary: "a recorded conversation, without network", usage: "replay/FILE" },
  { name: "manual", summary: "you paste the prompts into any chat, and its answers back", usage: "manual" },
] as const satisfies readonly ModelProvider[];

export const modelProviders: readonly ModelProvider[] = providers;

type ProviderName = (typeof providers)[number]["name"];
export type OnlineProvider = Exclude<ProviderName, "replay" | "manual">;

export type ModelName =
  | { readonly provider: OnlineProvider; readonly model: string }
  | { readonly provider: "replay"; readonly file: string }
  | { readonly provider: "manual" };

/**
 * Reads `openai/gpt-…`, `ollama/llama3:8b`, `compatible/org/model`, `replay/FILE` or `manual`. The model's own name
 * may hold slashes, and a replayed file's may begin with one.
 * @throws GeniusError `unknown-name` for another provider, `wrong-use` when the model's part is missing.
 */
export function parseModelName(name: string): ModelName {
  const slash = name.indexOf("/");
  const providerName = slash === -1 ? name : name.slice(0, slash);
  const rest = slash === -1 ? "" : name.slice(slash + 1);
  const known = providers.map((provider) => provider.name);
  const provider = known.find((candidate) => candidate === providerName);
  if (provider === undefined) throw unknownName("model provider", providerName, known);
  if (provider === "manual") {
    if (slash === -1) return { provider };
    throw new GeniusError(
      "wrong-use",
      `The model "${name}" is not understood: "manual" takes no model's name.`,
    );
  }
  if (rest === "") {
    const usage = providers.find((candidate) => candidate.name === provider)?.usage;
    throw new GeniusError("wrong-use", `The model "${name}" is incomplete: write it as ${usage}.`);
  }
  return provider === "replay" ? { provider, file: rest } : { provider, model: rest };
}

/** OLLAMA_HOST as Ollama reads it: host, host:port or a URL; port 11434 and this machine unless told. */
function ollamaUrl(environment: Environment): string {
  const host = environment.OLLAMA_HOST?.trim() || "127.0.0.1";
  const withScheme = /^https?:\/\//.test(host)
    ? host
    : `http://${host.startsWith(":") ? "127.0.0.1" : ""}${host}`;
  const url = URL.parse(withScheme);
  if (url === null) {
    throw new GeniusError(
      "wrong-use",
      `OLLAMA_HOST is "${host}", which is no address: give host, host:port or a URL.`,
    );
  }
  // 0.0.0.0 is an address to listen on; a client reaches it on this machine.
  if (url.hostname === "0.0.0.0") url.hostname = "127.0.0.1";
  if (url.port === "" && !/:(80|443)\/*$/.test(withScheme)) url.port = "11434";
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}/v1`;
}
