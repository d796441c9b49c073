// From a resolved configuration to the parts of a study, by name: the same for a new search, for a resumed one and
// for whoever else runs one. What is chosen here is data (`StudyConfig`), so that a journal's header is enough.
import { join } from "node:path";
import type { JsonObject } from "../base/json.ts";
import type { Evaluator } from "../evaluators/evaluator.ts";
import { type Conversation, createConversation } from "../llm/index.ts";
import type { StudyConfig } from "../record/journal-lines.ts";
import { createDomain } from "../spaces/create-domain.ts";
import type { Domain, Limits } from "../spaces/domain.ts";
import type { Strategy } from "../strategies/strategy.ts";
import { loadEvaluator, loadSpace, loadStrategy, resolveOptions } from "./load.ts";

export interface AssembleSetting {
  /** The run's folder: the conversation's record, checkpoints and the best model go there. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

export interface Assembly {
  readonly domain: Domain;
  readonly strategy: Strategy;
  readonly evaluator: Evaluator;
  readonly conversation: Conversation | undefined;
  readonly provenance: JsonObject;
  close(): Promise<void>;
}
