// The questions by name, loaded when they are asked.
import type { QuestionDefinition } from "./question.ts";

const questions: Readonly<Record<string, () => Promise<QuestionDefinition>>> = {
  fidelity: async () => (await import("./fidelity.ts")).default as QuestionDefinition,
  "sense-of-direction": async () => (await import("./sense-of-direction.ts")).default as QuestionDefinition,
  "skip-iteration-0": async () => (await import("./skip-iteration-0.ts")).default as QuestionDefinition,
  "prompt-sensitivity": async () => (await import("./prompt-sensitivity.ts")).default as QuestionDefinition,
  repeatability: async () => (await import("./repeatability.ts")).default as QuestionDefinition,
  "design-principles": async () => (await import("./design-principles.ts")).default as QuestionDefinition,
};

export const questionNames: readonly string[] = Object.keys(questions);

export const loadQuestion = (name: string): Promise<QuestionDefinition> => questions[name]!();
