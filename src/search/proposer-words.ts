// Where a design comes from, in words that a reader of a list, a chart or a terminal understands without knowing the
// strategies: journals and programs keep the short names that strategies give themselves.
import { experienceProposer, referenceProposer } from "./proposed-network.ts";

const words: Readonly<Record<string, string>> = {
  [referenceProposer]: "hand-designed network",
  [experienceProposer]: "network that won before",
  "hybrid/surrogate": "predicted from earlier trials",
  "hybrid/model": "language model",
  llm: "language model",
  "llm/nominal": "made up to begin with",
  person: "a person",
};

/** "hand-designed network", "predicted from earlier trials"; of a strategy that is its own only proposer, its name. */
export function proposerWords(by: string): string {
  if (Object.hasOwn(words, by)) return words[by] as string;
  return by.endsWith("/start") ? "starting design" : by;
}
