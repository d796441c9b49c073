// Who answers for the model `manual`: a person at the terminal, one at the dashboard through the run's inbox, or
// whatever a script hands over.
import type { Answerer } from "../llm/index.ts";
import { createInboxAnswerer } from "../study/inbox-answers.ts";
import type { LiveWriter } from "../study/live-file.ts";
import type { Sitting } from "./search-options.ts";

/** The part of an assembly's setting that says who answers. */
export function answererOf(
  answers: Sitting["answers"],
  folder: string,
  liveFile: LiveWriter,
): { readonly answerer?: Answerer } {
  if (answers === undefined || answers === "terminal") return {};
  return { answerer: answers === "dashboard" ? createInboxAnswerer(folder, liveFile) : answers };
}
