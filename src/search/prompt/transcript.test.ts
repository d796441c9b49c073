import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChatMessage, readMessageList } from "../../llm/index.ts";
import { fuzzEffort, fuzzTimeout } from "../../testing/fuzz.ts";
import { needs, sharedPath } from "../../testing/shared-data.ts";
import { createDomain } from "../constraints/create-domain.ts";
import imagenet from "../spaces/genius-imagenet.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { inferSpace, readTranscript } from "./transcript.ts";

const folder = sharedPath("transcripts");
const space = imagenet.create({ classCount: 1000 });
const { costOf } = createDomain(space, {});
const read = (name: string) =>
  readTranscript(readMessageList(readFileSync(join(folder, name), "utf8"), name).messages, { space, costOf });
const count = (name: string, verdict: string) =>
  read(name).proposals.filter((proposal) => proposal.verdict === verdict).length;

describe("the published conversations", needs("transcripts"), () => {
  test.each([
    ["329M.json", 26, 16, 0, 4, 0.7261, "100010101110404300430440505550"],
    ["401M.json", 17, 7, 0, 7, 0.7356, "101011110011440404450505650605"],
    ["epoch_10_input_224.json", 24, 12, 2, 8, 0.6925, "101000111100440400445400666000"],
    ["epoch_20_input_224.json", 27, 17, 0, 8, 0.7378, "110000111100440400552500666100"],
    ["epoch_20_input_96.json", 25, 15, 0, 4, 0.6327, "111000110100202220444000555000"],
  ])(
    "%s: every call is read, and the best is the paper's",
    (name, calls, rejected, duplicates, experiment, accuracy01, design) => {
      const { proposals, window } = read(name);
      expect(proposals.length).toBe(calls);
      expect(proposals.every(({ choices }) => choices !== undefined)).toBe(true);
      expect(count(name, "rejected")).toBe(rejected);
      expect(count(name, "duplicate")).toBe(duplicates);
      expect(count(name, "measured")).toBe(9);
      const best = proposals.reduce((top, entry) =>
        (entry.accuracy01 ?? 0) > (top.accuracy01 ?? 0) ? entry : top,
      );
      expect(best).toMatchObject({ experiment, accuracy01 });
      expect(best.choices?.join("")).toBe(design);
      expect(window?.maxMacCount).toBe(name === "401M.json" ? 430e6 : 330e6);
    },
  );

  test("what was fed back is what is counted, within one per cent, but for what is said to be off", () => {
    for (const name of readdirSync(folder)) {
      const { proposals, contradictions } = read(name);
      for (const { call, experiment, macCount, fedBackMacsM } of proposals) {
        if (fedBackMacsM === null || macCount === null) continue;
        const apart = Math.abs(macCount / 1e6 - fedBackMacsM) / (macCount / 1e6);
        if (apart > 0.01)
          expect(contradictions.join("\n")).toContain(`experiment ${experiment ?? call}: ${fedBackMacsM} M`);
      }
    }
  });

  test("329M read about 549,000 tokens in 26 calls, and contradicts itself where its list does", () => {
    const { proposals, contradictions } = read("329M.json");
    const tokens = proposals.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    expect(Math.round(tokens / 1000)).toBe(549);
    expect(contradictions.join("\n")).toMatch(
      /experiments 4 and 5 list the same design with 329 M, 72\.61 % and 326 M, 72\.53 %/,
    );
    expect(proposals[13]).toMatchObject({ call: 14, accuracy01: 0.7253, fedBackMacsM: 326 });
    expect(read("epoch_10_input_224.json").contradictions.join("\n")).toContain(
      "call 18: 388 M is said to be 68 M",
    );
  });

  test("cut anywhere, a conversation gives what came before the cut", () => {
    const text = readFileSync(join(folder, "329M.json"), "utf8");
    for (const share of [0.2, 0.5, 0.9]) {
      const { messages, cut } = readMessageList(text.slice(0, Math.floor(text.length * share)), "cut.json");
      const { proposals } = readTranscript(messages, { space, costOf });
      expect(cut).toBeDefined();
      expect(proposals.length).toBe(messages.filter(({ role }) => role === "assistant").length);
    }
  });
});

const dialogue: ChatMessage[] = [
  { role: "user", content: "Propose a block." },
  { role: "assistant", content: "op_list = [3, 1, 3, 2, 3, 0] because …" },
  {
    role: "user",
    content: "By using this model, we achieved an accuracy of 90.1%. Please recommend a new model.",
  },
  { role: "assistant", content: "I cannot decide." },
  { role: "user", content: "Please give six numbers." },
  { role: "assistant", content: "[3, 3, 3, 1, 3, 3]" },
  { role: "user", content: "By using this model, we achieved an accuracy of 91.5%." },
];

const listed: ChatMessage[] = [
  { role: "user", content: "Suggest." },
  { role: "assistant", content: "[2, 2, 2, 2, 2, 2, 2, 2]" },
  {
    role: "user",
    content: "Results:\n[2, 2, 2, 2, 2, 2, 2, 2] gives an accuracy of 92.95%\nSuggest a better one.",
  },
  { role: "assistant", content: "[2, 2, 2, 1, 2, 2, 2, 0]" },
  {
    role: "user",
    content:
      "Results:\n[2, 2, 2, 2, 2, 2, 2, 2] gives an accuracy of 92.95%\n[2, 2, 2, 1, 2, 2, 2, 0] gives an accuracy of 93.13%",
  },
];

/** In the form of the published conversations, with all that a reader looks for. */
const sentBack: ChatMessage[] = [
  {
    role: "user",
    content: `Maximise accuracy within 270 to 330 FLOPS.
- Experiment1: [[1, 0, 0, 0, 1, 0], [1, 1, 1, 1, 0, 0], [4, 4, 4, 0, 0, 0], [4, 4, 4, 4, 2, 0], [5, 5, 5, 5, 5, 0]]
with a total of 329 FLOPS and an accuracy of 72.61%`,
  },
  {
    role: "assistant",
    content: `Stage 1 (Layer 2 to Layer 7): [1, 0, 0, 0, 1, 0]
Stage 2 (Layer 8 to Layer 13): [1, 1, 1, 1, 0, 0]
The operation IDs are: [1, 0, 0, 0, 1, 0,  1, 1, 1, 1, 0, 0,  4, 4, 4, 0, 0, 0,  4, 4, 4, 4, 2, 0,  5, 5, 5, 5, 5, 0]`,
  },
  {
    role: "user",
    content:
      "The design fails to meet the FLOPS constraint, resulting 379 FLOPS, which is 49 FLOPS higher the upper bound of 330.",
  },
];

test("a conversation that grows, and one with one line an experiment", () => {
  const cellSpace = cell.create(cell.options.parse({}) as never);
  const grown = readTranscript(dialogue, { space: cellSpace, costOf: createDomain(cellSpace, {}).costOf });
  expect(grown.proposals.map(({ verdict, accuracy01 }) => [verdict, accuracy01])).toEqual([
    ["measured", 0.901],
    ["unanswered", null],
    ["measured", 0.915],
  ]);
  expect(grown.proposals[1]?.unreadable).toContain("no list of 6");
  const macroSpace = macro.create({});
  const lines = readTranscript(listed, { space: macroSpace, costOf: createDomain(macroSpace, {}).costOf });
  expect(lines.proposals.map(({ accuracy01 }) => accuracy01)).toEqual([0.9295, 0.9313]);
  expect(inferSpace(listed, [cellSpace, space, macroSpace])?.name).toBe("nas-bench-macro");
});

test("no conversation crashes the reader", { timeout: fuzzTimeout() }, () => {
  const damaged = fc
    .tuple(fc.constantFrom(...dialogue, ...listed, ...sentBack), fc.nat(), fc.nat(20), fc.string())
    .map(([{ content }, from, length, inserted]) => {
      const at = from % (content.length + 1);
      return content.slice(0, at) + inserted + content.slice(at + length);
    });
  const message = fc.record({
    role: fc.constantFrom("system" as const, "user" as const, "assistant" as const),
    content: fc.oneof(fc.string(), damaged),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 12 }),
      (messages) => void readTranscript(messages, { space, costOf }),
    ),
    fuzzEffort(300),
  );
});
