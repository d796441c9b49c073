// Where the answers of `--model manual` come from: the terminal, or the dashboard through the run's inbox.
import { z } from "zod";
import type { Answerer } from "../llm/index.ts";
import { createInboxAnswerer } from "../study/inbox-answers.ts";
import type { LiveWriter } from "../study/live-file.ts";

export const answersOption = z
  .enum(["terminal", "dashboard"])
  .default("terminal")
  .describe("where the answers of --model manual are given");

/** The part of an assembly's setting that says who answers. */
export function answererOf(
  answers: z.output<typeof answersOption>,
  folder: string,
  liveFile: LiveWriter,
): { readonly answerer?: Answerer } {
  return answers === "dashboard" ? { answerer: createInboxAnswerer(folder, liveFile) } : {};
}
