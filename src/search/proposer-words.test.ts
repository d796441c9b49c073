import { expect, test } from "vitest";
import { proposerWords } from "./proposer-words.ts";

test("where a design comes from is said in words", () => {
  expect(["reference", "hybrid/surrogate", "hybrid/model", "hybrid/start"].map(proposerWords)).toEqual([
    ...["hand-designed network", "predicted from earlier trials", "language model", "starting design"],
  ]);
  // What no word is known for keeps its own, also where it looks like a property of an object.
  expect(["evolution", "./mine.ts", "constructor"].map(proposerWords)).toEqual([
    ...["evolution", "./mine.ts", "constructor"],
  ]);
});
