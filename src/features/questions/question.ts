// The contract of a question about search itself, which `genius study NAME` answers – not to be confused with study/, one
// run of one search: what is asked, its options, and an answer in findings, tables and charts. A question runs searches
// through the same parts as a user does, and never says more than it measured: what could not be measured is a remark.
import type { z } from "zod";
import type { JsonObject } from "../../base/json.ts";
import type { Conversation } from "../../llm/index.ts";
import type { Chart, DataTable } from "../../report/index.ts";

export interface QuestionSetting {
  /** For trainings and the model's conversation. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  onProgress(text: string): void;
  /**
   * A conversation with the language model under study, with a record of its own; absent where no model was named.
   * The same name is the same conversation: what was asked before is not asked again.
   */
  readonly converse?: (name: string) => Promise<Conversation>;
}

export interface Answer {
  /** Plain sentences, each with its interval or its count. */
  readonly findings: readonly string[];
  /** What was left out, and why; what a reader could take for more than it is. */
  readonly remarks: readonly string[];
  readonly charts: readonly Chart[];
  readonly tables: readonly { readonly title: string; readonly table: DataTable }[];
  /** Every figure, for a program. */
  readonly data: JsonObject;
  /** What the figures stand on: tables with their hashes, data sets. */
  readonly provenance: JsonObject;
}

export interface QuestionDefinition<Options = unknown> {
  readonly name: string;
  /** The question in one sentence. */
  readonly asks: string;
  /** What the paper did, or who asked. */
  readonly source: string;
  /** What a language model adds; `none` where it has no part. */
  readonly model: "optional" | "none";
  readonly options: z.ZodObject & z.ZodType<Options>;
  answer(setting: QuestionSetting, options: Options): Promise<Answer>;
}

export function defineQuestion<Options>(
  definition: QuestionDefinition<Options>,
): QuestionDefinition<Options> {
  return definition;
}
