// What models cost. A short list that ages: every line has its date and where it was read, a model that is not in it
// has no price, and the user's own figures come first. A wrong price is worse than none, because caps rest on it.

/** US dollars for a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Of input that the provider had in its cache; as `input` when absent. */
  readonly cachedInput?: number;
}

export interface ListedPrice extends Price {
  readonly model: string;
  /** When the figures were read, as YYYY-MM. */
  readonly asOf: string;
  readonly source: string;
}

const modelsDev = "models.dev, which quotes the provider's price page";
const anthropicPage = "platform.claude.com/docs, Models & pricing";
const googlePage = "ai.google.dev/gemini-api/docs/pricing, prompts up to 200,000 tokens";

/** Standard service, text, short prompts. Models whose price changed within the last months are left out. */
export const listedPrices: readonly ListedPrice[] = [
  {
    model: "openai/gpt-5.2",
    input: 1.75,
    cachedInput: 0.175,
    output: 14,
    asOf: "2026-06",
    source: modelsDev,
  },
  {
    model: "openai/gpt-5-mini",
    input: 0.25,
    cachedInput: 0.025,
    output: 2,
    asOf: "2026-06",
    source: modelsDev,
  },
  { model: "openai/gpt-4o", input: 2.5, cachedInput: 1.25, output: 10, asOf: "2026-05", source: modelsDev },
  {
    model: "openai/gpt-4o-mini",
    input: 0.15,
    cachedInput: 0.075,
    output: 0.6,
    asOf: "2026-05",
    source: modelsDev,
  },
  { model: "anthropic/claude-opus-5-5", input: 4, output: 20, asOf: "2026-10", source: anthropicPage },
  { model: "anthropic/claude-sonnet-5-5", input: 2, output: 10, asOf: "2026-10", source: anthropicPage },
  {
    model: "anthropic/claude-haiku-4-5",
    input: 1,
    cachedInput: 0.1,
    output: 5,
    asOf: "2026-08",
    source: anthropicPage,
  },
  { model: "google/gemini-3.5-flash", input: 1.5, output: 9, asOf: "2026-09", source: googlePage },
  { model: "google/gemini-3.1-pro-preview", input: 2, output: 12, asOf: "2026-09", source: googlePage },
];

const free: Price = { input: 0, output: 0 };

/**
 * The price of a model by the name it is asked for, undefined when it is not known. A dated snapshot, such as
 * `…-2026-01-31` or `…-20260131`, has the price of its model; models on this machine and pasted answers cost nothing.
 */
export function priceOf(modelName: string): Price | undefined {
  if (modelName === "manual" || /^(ollama|replay)\//.test(modelName)) return free;
  const plain = modelName.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  return listedPrices.find(({ model }) => model === modelName || model === plain);
}

const oldAfterMonths = 3;

/** What a person should know of a listed price that was read some months ago; undefined for a newer one, or none. */
export function priceAge(modelName: string, now: number): string | undefined {
  const price = priceOf(modelName);
  if (price === undefined || !("asOf" in price)) return undefined;
  const { model, asOf, source } = price as ListedPrice;
  const [year, month] = asOf.split("-").map(Number) as [number, number];
  const today = new Date(now);
  const months = 12 * (today.getUTCFullYear() - year) + today.getUTCMonth() + 1 - month;
  if (months < oldAfterMonths) return undefined;
  return `The price of ${model} ($${price.input} and $${price.output} for a million tokens read and written) was read ${months} months ago, in ${asOf}, from ${source}. If it has changed, limits in money are off: give it with --usd-per-million-input and --usd-per-million-output.`;
}

export function usdOf(
  price: Price,
  usage: { readonly inputTokens: number; readonly outputTokens: number; readonly cachedInputTokens?: number },
): number {
  const cached = usage.cachedInputTokens ?? 0;
  const fresh = Math.max(0, usage.inputTokens - cached);
  const millionths =
    fresh * price.input + cached * (price.cachedInput ?? price.input) + usage.outputTokens * price.output;
  return millionths / 1e6;
}

/**
 * Characters of a token, about: what the published GENIUS conversations come to (2,197,824 characters sent and
 * 549,000 tokens), and what providers give for English.
 */
export const charactersPerToken = 4;

export const tokensOf = (characters: number) => Math.ceil(characters / charactersPerToken);

export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Absent when the price is unknown. */
  readonly usd?: number;
}

/** Tokens that a model which thinks writes beside its answer, about: what such models take for one design. */
const thinkingTokens = 1500;

/** Whether a model thinks before it answers, and is paid for it, as far as its name says. */
export function thinks(modelName: string): boolean {
  const name = modelName.replace(/^[^/]+\//, "");
  return (
    /(?:^|[/-])o[134](?:-|$)|gpt-(?:5|oss)|deepseek-(?:r|v4)|(?:^|[-/:])r1|qwq|qwen-?3|think|reason|magistral|glm-[45]|kimi-k2|gemini-(?:2\.5|[3-9])|minimax-m/i.test(
      name,
    ) && !/no-?think|instruct|chat-latest|non-reasoning/i.test(name)
  );
}

/**
 * What a run will cost, to be shown before it begins.
 * @param plan `promptChars` of one call on average, with schema and tools, `replyTokens` of one reply without thinking,
 *   and how many `calls`
 */
export function estimate(plan: {
  readonly promptChars: number;
  readonly replyTokens: number;
  readonly calls: number;
  readonly price?: Price | undefined;
  /** Whether its model thinks before it answers. */
  readonly thinks?: boolean;
}): Estimate {
  const inputTokens = tokensOf(plan.promptChars) * plan.calls;
  const outputTokens = (plan.replyTokens + (plan.thinks ? thinkingTokens : 0)) * plan.calls;
  if (plan.price === undefined) return { inputTokens, outputTokens };
  return { inputTokens, outputTokens, usd: usdOf(plan.price, { inputTokens, outputTokens }) };
}
