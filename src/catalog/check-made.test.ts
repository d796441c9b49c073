// What a user's own member leaves out is named, with the member, before a study begins.
import { describe, expect, test } from "vitest";
import { spaces } from "./_catalog.ts";
import { checkMade } from "./check-made.ts";
import { loadSpace, openSpace } from "./load.ts";

const evaluator = {
  selectedOn: "validation",
  fidelity: { full: {} },
  provenance: {},
  evaluate: async () => undefined,
};
const strategy = { propose: async () => undefined, observe: () => {} };

describe("what create returns", () => {
  test("is handed on as it is when it follows the contract", () => {
    expect(checkMade("evaluator", "mine", evaluator)).toBe(evaluator);
    expect(checkMade("strategy", "mine", strategy)).toBe(strategy);
  });

  test.each<["evaluator" | "strategy" | "space", unknown, string]>([
    ["evaluator", undefined, "what its create(…) returns"],
    ["evaluator", { ...evaluator, fidelity: undefined }, '"fidelity" of'],
    ["evaluator", { ...evaluator, fidelity: { full: 3 } }, '"fidelity.full" of'],
    ["evaluator", { ...evaluator, selectedOn: "train" }, '"selectedOn" of'],
    ["evaluator", { ...evaluator, evaluate: "fast" }, '"evaluate" of'],
    ["evaluator", { ...evaluator, provenance: "me" }, '"provenance" of'],
    ["strategy", { ...strategy, observe: undefined }, '"observe" of'],
    ["strategy", 7, "what its create(…) returns"],
    ["space", { name: "mine" }, '"summary" of'],
  ])("%s %j is refused by name", (kind, made, word) => {
    expect(() => checkMade(kind, "mine", made)).toThrow(
      expect.objectContaining({ code: "bad-file", message: expect.stringContaining(word) }),
    );
    expect(() => checkMade(kind, "mine", made)).toThrow(`The ${kind} mine cannot be used`);
  });

  test("a space without decisions, options or a function that decodes", async () => {
    const definition = await loadSpace("nas-bench-macro");
    const given = (change: object) => ({
      ...definition,
      create: (options: unknown) => ({ ...definition.create(options), ...change }),
    });
    await expect(openSpace(given({ decisions: [] }))).rejects.toThrow('"decisions" of');
    await expect(openSpace(given({ decisions: [{ name: "a", options: [] }] }))).rejects.toThrow(
      '"decisions.0.options" of',
    );
    await expect(openSpace(given({ decode: undefined }))).rejects.toThrow('"decode" of');
  });

  test("every space of the catalog follows the contract", async () => {
    for (const name of Object.keys(spaces)) await expect(openSpace(name)).resolves.toMatchObject({});
  });
});
