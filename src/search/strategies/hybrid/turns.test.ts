// Whose turn it is: the model's best candidate, and the count of its own turns beside a count that reads all again at each.
import { expect, test } from "vitest";
import { createRandom } from "../../../base/random.ts";
import type { Choices } from "../../space.ts";
import type { ModelWord } from "../../trial.ts";
import { modelsBest, ownTurnsOf } from "./turns.ts";

const word = (kind: ModelWord["kind"], choice: number, score?: number): ModelWord => ({
  ...{ choices: [choice], kind },
  ...(score !== undefined && { score }),
});
const offer = (choice: number, score?: number) => word("offer", choice, score);
const all = () => true;
const choiceOf = (best: ModelWord | undefined) => best?.choices[0];

test("the model's best candidate is the highest forecast, and of equal ones the first of its latest reply", () => {
  const replies = [
    { modelSaid: [offer(1, 0.9), offer(2, 0.95), offer(3, 0.95)] },
    { modelSaid: [offer(4, 0.95), offer(5, 0.95), word("forecast", 1, 0.94)] },
  ];
  expect(choiceOf(modelsBest(replies, all))).toBe(4);
  expect(choiceOf(modelsBest(replies, (choices) => choices[0] !== 4))).toBe(5);
  expect(choiceOf(modelsBest(replies.slice(0, 1), all))).toBe(2);
  // Offered again with a lower forecast, it counts with that.
  expect(choiceOf(modelsBest([...replies, { modelSaid: [offer(4, 0.8), offer(5, 0.8)] }], all))).toBe(2);
  expect(choiceOf(modelsBest([...replies, { modelSaid: [offer(3)] }], all))).toBe(3);
  expect(modelsBest([], all)).toBeUndefined();
});

test("a wish to measure again stands until it is fulfilled or the model answers anew", () => {
  const isFree = ([choice]: Choices) => choice !== 1;
  const wished = { choices: [2], modelSaid: [word("again", 1, 0.96), offer(2, 0.95), offer(3, 0.9)] };
  expect(choiceOf(modelsBest([wished], isFree))).toBe(1);
  expect(choiceOf(modelsBest([wished, { choices: [1] }], isFree))).toBe(3);
  expect(choiceOf(modelsBest([wished, { modelSaid: [offer(4, 0.8)] }], isFree))).toBe(3);
});

test("the model's turns are counted in one pass as by reading all proposals again at each", () => {
  const random = createRandom("turns");
  for (let search = 0; search < 200; search += 1) {
    const proposals = Array.from({ length: 30 }, (_, index) => {
      const said = index % 3 === 0 || random.integer(4) === 0 ? random.integer(7) : 0;
      const modelSaid = Array.from({ length: said }, () => {
        const choice = random.integer(25);
        const score = random.integer(5) === 0 ? undefined : random.integer(6) / 10;
        return word(random.integer(4) === 0 ? "forecast" : "offer", choice, score);
      });
      return { choices: [random.integer(25)], modelSaid };
    });
    let turns = 0;
    for (const [index, { choices }] of proposals.entries()) {
      const before = proposals.slice(0, index).map((earlier) => earlier.choices[0]);
      const free = ([choice]: Choices) => !before.includes(choice as number);
      const said = proposals.slice(0, index + 1).map(({ modelSaid }) => ({ modelSaid }));
      if (choiceOf(modelsBest(said, free)) === choices[0]) turns += 1;
    }
    expect(ownTurnsOf(proposals)).toBe(turns);
  }
});
