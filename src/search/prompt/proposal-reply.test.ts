// Replies as models and servers write them, read by meaning. Each case names what would be evaluated, or the word that
// must stand in the reason why nothing is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fuzzEffort, fuzzTimeout } from "../../testing/fuzz.ts";
import type { Space } from "../space.ts";
import resnet from "../spaces/channel-bench-resnet.ts";
import cell from "../spaces/nas-bench-201.ts";
import macro from "../spaces/nas-bench-macro.ts";
import { readCandidates } from "./hybrid-prompt.ts";
import { readProposal } from "./proposal-reply.ts";

const space = macro.create({});
const draft = [0, 0, 0, 0, 0, 0, 0, 0];
const final = [0, 1, 2, 2, 0, 2, 0, 1];
const key = final.join("");
const json = (choices: unknown, more: object = {}) =>
  JSON.stringify({ reason: "wide early", choices, expectedAccuracyPercent: 93, ...more });
const fence = (text: string) => `\`\`\`json\n${text}\n\`\`\``;

const costCall = JSON.stringify({ name: "cost", arguments: { designs: [draft] } });

const read = (text: string, finishReason = "stop", of: Space = space) => {
  const reply = readProposal(of, { text, finishReason });
  return reply.kind === "design" ? reply.choices.join("") : reply.reason;
};

describe("the answer of a reply", () => {
  test.each<[name: string, text: string]>([
    ["alone", json(final)],
    ["in a fence", `Here you are:\n${fence(json(final))}\nGood luck!`],
    ["in a fence of another name", `~~~\n${json(final)}\n~~~`],
    ["after a draft in a fence", `Draft:\n${fence(json(draft))}\nAfter checking:\n${fence(json(final))}`],
    ["after a bare draft", `${json(draft)}\nNo, that is weak. ${json(final)}`],
    ["after three drafts", [draft, draft, draft, final].map((choices) => fence(json(choices))).join("\n")],
    ["with the draft of another form", `${json(draft)}\n${json(final.map(String))}`],
    ["within a wrapper", JSON.stringify({ proposal: JSON.parse(json(final)) })],
    ["within an array", `[${json(final)}]`],
    ["after its draft within one object", `{"draft": ${json(draft)}, "final": ${json(final)}}`],
    ["before alternatives inside of it", json(final, { alternatives: [JSON.parse(json(draft))] })],
    ["before prose that mentions another", `${json(final)}\nUnlike [${draft.join(", ")}] it is deep.`],
    [
      "before a template",
      `${json(final)}\nForm: {"reason": "…", "choices": [8 numbers], "expectedAccuracyPercent": …}`,
    ],
    [
      "before an object that only names another",
      `${json(final)}\nThe previous best was {"choices": [${draft}]}.`,
    ],
    [
      "before code that uses another",
      `${fence(json(final))}\nTest it with\n\`\`\`python\nbest = {"choices": [${draft}]}\n\`\`\``,
    ],
    [
      "beside an earlier one by name",
      `{"proposal": {"choices": [${final}]}, "previous": {"choices": [${draft}]}}`,
    ],
    ["before a call of the tool as text", `${json(final)}\n<tool_call>${costCall}</tool_call>`],
    ["in prose, before what it is not", `My design is [${final}], not [${draft}].`],
    [
      "in prose, before what it improves on",
      `I propose [${final}]. It improves on [${draft}], which had 80 %.`,
    ],
    ["in prose, before its reason", `I propose ${key} because ${draft.join("")} was poor.`],
    ["with a mark of thinking in a text of its fence", fence(json(final, { reason: "after <think>ing" }))],
    ["beside a reason that names another", json(final, { reason: `I moved away from [${draft}]` })],
    ["beside a reason that holds JSON", json(final, { reason: `Before: {"choices": [${draft}]}` })],
    [
      "beside a later reason that names another, with a comma too many",
      `{"choices": [${final}], "expectedAccuracyPercent": 93, "reason": "I moved away from [${draft}] since it is narrow",}`,
    ],
    [
      "beside a later reason that names another, in single quotes",
      `{'choices': [${final}], 'reason': 'unlike [${draft}], it isn’t narrow'}`,
    ],
  ])("%s", (_, text) => {
    expect(read(text)).toBe(key);
  });

  test.each<[name: string, text: string]>([
    ["tags", `<think>Let me try ${json(draft)} first. Hmm, weak.</think>\n${json(final)}`],
    ["tags with fences", `<think>${fence(json(draft))} No.</think>Final:\n${fence(json(final))}`],
    ["tags that open in the prompt", `A draft: ${json(draft)}. No.\n</think>\n\n${json(final)}`],
    ["two thoughts", `<think>a ${json(draft)}</think>Well.<think>b ${json(draft)}</think>${json(final)}`],
    ["a thought after it", `${json(final)}<think>Was ${json(draft)} better?</think>`],
    ["a thought of another tag", `<reasoning>${json(draft)}</reasoning>${json(final)}`],
    ["a thought in brackets", `[THINK]${json(draft)}[/THINK]${json(final)}`],
    ["a tag with a space", `<thinking mode="deep">[${draft}]</thinking >${json(final)}`],
    [
      "channels",
      `<|channel|>analysis<|message|>Maybe ${json(draft)}<|end|><|start|>assistant<|channel|>final<|message|>${json(final)}<|return|>`,
    ],
    [
      "channels, with the answer constrained",
      `<|channel|>analysis<|message|>${json(draft)}<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>${json(final)}`,
    ],
  ])("beside thinking: %s", (_, text) => {
    expect(read(text)).toBe(key);
  });

  test.each<[name: string, text: string]>([
    ["a trailing comma", `{"reason": "wide", "choices": [${final},], "expectedAccuracyPercent": 93,}`],
    ["comments", `{\n  // don't\n  "choices": [${final}], // eight\n  "reason": "x" /* y */\n}`],
    ["comments after #", `{\n  "choices": [${final}],  # {eight}\n  "reason": "x"\n}`],
    ["single quotes", `{'reason': 'it\\'s wide', 'choices': [${final}]}`],
    ["Python words", `{"choices": [${final}], "sure": True, "other": None}`],
    ["names without quotes", `{choices: [${final}], reason: "x"}`],
    ["curly quotes", `{“reason”: “wide”, “choices”: [${final.join("， ")}], “expectedAccuracyPercent”: 93}`],
    ["no number", `{"reason": "wide", "choices": [${final}], "expectedAccuracyPercent": NaN}`],
    ["line breaks in a text", `{"reason": "wide\nand deep", "choices": [${final}]}`],
    ["a missing comma", `{"reason": "wide"\n"choices": [${final}]}`],
    [
      "a missing bracket at the end",
      `{"reason": "wide", "choices": [${final}], "expectedAccuracyPercent": 93`,
    ],
    ["floats", json(final.map((digit) => `${digit}.0`)).replaceAll('"0.0"', "0.0")],
    ["digits as texts", json(final.map(String))],
    ["one text", json(final.join(","))],
    ["one text of digits", json(key)],
    ["a text with brackets", json(`[${final.join(", ")}]`)],
    ["a list a stage", json([final.slice(0, 3), final.slice(3)])],
    [
      "names of decisions",
      json(Object.fromEntries(final.map((digit, index) => [`layer${index + 1}`, digit]))),
    ],
    ["objects of options", json(final.map((option, index) => ({ decision: `layer${index + 1}`, option })))],
    [
      "decisions without choices",
      JSON.stringify(Object.fromEntries(final.map((d, i) => [`layer${i + 1}`, d]))),
    ],
    ["another name", JSON.stringify({ reason: `not [${draft}]`, design: final })],
    ["another name and a reason of one word", JSON.stringify({ reason: "00000000", architecture: key })],
  ])("in other forms: %s", (_, text) => {
    expect(read(text)).toBe(key);
  });

  test("in labels of options, whole or their first words, and in values", () => {
    const operations = cell.create(cell.options.parse({}) as never);
    const labels = operations.decisions.map(({ options }, index) => options[index % options.length]!.label);
    const expected = operations.decisions.map(({ options }, index) => index % options.length).join("");
    expect(read(JSON.stringify({ reason: "x", choices: labels }), "stop", operations)).toBe(expected);
    const widths = resnet.create({});
    const text = JSON.stringify({ choices: ["64", "192", 192, "384", 256, 256, 512] });
    expect(read(text, "stop", widths)).toBe(read("[64, 192, 192, 384, 256, 256, 512]", "stop", widths));
  });

  test("brings the forecast, as a number, a text or a share", () => {
    for (const [said, meant] of [
      [93, 0.93],
      ["93%", 0.93],
      ["93.5 %", 0.935],
      [0.93, 0.93],
      [null, undefined],
      [930, undefined],
    ] as const) {
      const reply = readProposal(space, { text: json(final, { expectedAccuracyPercent: said }) });
      expect(reply).toMatchObject({ kind: "design", choices: final, reason: "wide early" });
      expect("score" in reply ? reply.score : undefined).toBe(meant);
    }
  });
});

describe("no answer", () => {
  test.each<[name: string, text: string, finishReason: string, word: RegExp]>([
    ["nothing", " \n", "stop", /empty/],
    [
      "thinking that never ends",
      `<think>${"consider ".repeat(50)} [${draft}] and ${json(draft)}`,
      "stop",
      /thinking/,
    ],
    ["thinking that ends in nothing", `<think>${json(draft)}</think>\n`, "stop", /thinking/],
    ["channels without a final one", `<|channel|>analysis<|message|>${json(draft)}`, "stop", /thinking/],
    [
      "cut at its limit",
      `{"reason": "Trial 1 was [${draft}] and so I would now`,
      "length",
      /cut.*--max-output-tokens/,
    ],
    ["cut at its limit after a whole draft", json(draft), "length", /cut/],
    ["stopped by a filter", json(draft), "content-filter", /filter/],
    [
      "cut without a word of it",
      `{"reason": "Trial 1 was [${draft}] and so I would now`,
      "stop",
      /no list of 8/,
    ],
    [
      "cut in its choices",
      `{"reason": "after [${draft}] deeper", "choices": [0, 1, 2, 2`,
      "stop",
      /no list of 8/,
    ],
    [
      "too few choices, others mentioned",
      json([0, 1, 2], { reason: `unlike [${draft}]` }),
      "stop",
      /3 choices.*8/,
    ],
    ["no option of that number", json([0, 1, 2, 9, 0, 2, 0, 1]), "stop", /no list of 8 options/],
    ["doubtful options", json([0, 1, 2, "wide", 0, 2, 0, 1]), "stop", /no list of 8 options/],
    ["half a number", json([0, 1, 2, 1.5, 0, 2, 0, 1]), "stop", /no list of 8 options/],
    ["a refusal", "I cannot help with that.", "stop", /no list of 8/],
    [
      "a reason alone",
      JSON.stringify({ reason: `The best so far is ${draft.join("")} by far` }),
      "stop",
      /8/,
    ],
  ])("%s", (_, text, finishReason, word) => {
    expect(read(text, finishReason)).toMatch(word);
  });
});

test("prose is read where there is no object, thinking left out", () => {
  expect(read(`<think>[${draft}]</think>I propose [${final.join(", ")}].`)).toBe(key);
  expect(read(`{1, 2} is no design. I propose ${key}.`)).toBe(key);
});

test("candidates are the last list of them, or one design in whatever form", () => {
  const list = (designs: readonly (readonly number[])[]) =>
    JSON.stringify({ candidates: designs.map((choices) => JSON.parse(json(choices))) });
  const keys = (text: string, finishReason = "stop") => {
    const reply = readCandidates(space, { text, finishReason });
    return reply.kind === "candidates"
      ? reply.candidates.map(({ choices }) => choices.join(""))
      : reply.reason;
  };
  expect(keys(`<think>${list([draft])}</think>${list([draft])} better: ${list([final, draft])}`)).toEqual([
    key,
    draft.join(""),
  ]);
  expect(keys(`{"candidates": [{"choices": "${key}",}, {"choices": [1]},]}`)).toEqual([key]);
  expect(keys(json(final))).toEqual([key]);
  expect(keys(list([final]), "length")).toMatch(/cut/);
  expect(keys("No idea.")).toMatch(/no list/);
});

describe("whatever a model writes", { timeout: fuzzTimeout(3) }, () => {
  const design = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 8, maxLength: 8 });
  const pieces = fc.constantFrom(
    ...[
      '{"choices": [',
      "]}",
      json(draft),
      "<think>",
      "</think>",
      "```json\n",
      "```",
      '"',
      "'",
      "\\",
      "{",
      "}",
      "[",
      "]",
    ],
    ...[
      "//",
      "/*",
      "*/",
      "#",
      "“",
      "”",
      ",",
      ":",
      "\n",
      "<|channel|>final<|message|>",
      "<|end|>",
      '"reason": "',
      key,
      "0,1,2",
    ],
  );
  const noise = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 40 }).map((parts) => parts.join(" "));

  test("reading never throws, and a design that is read is one of the space", () => {
    fc.assert(
      fc.property(noise, (text) => {
        const reply = readProposal(space, { text });
        if (reply.kind === "unreadable") return reply.reason !== "";
        return reply.choices.length === 8 && reply.choices.every((choice) => [0, 1, 2].includes(choice));
      }),
      fuzzEffort(1000),
    );
  });

  test("the last whole answer counts, whatever is thought, drafted and said around it", () => {
    const prose = fc.stringMatching(/^[A-Za-z ,.0-2]{0,60}$/);
    const before = fc.array(
      fc.oneof(
        prose,
        design.map((choices) => json(choices)),
        design.map((choices) => fence(json(choices))),
        design.map((choices) => `<think>${json(choices)}</think>`),
      ),
      { maxLength: 5 },
    );
    const form = fc.constantFrom<(text: string) => string>(
      (text) => text,
      fence,
      (text) => `${text.slice(0, -1)},}`,
      (text) => `[${text}]`,
      (text) => `{"proposal": ${text}}`,
    );
    fc.assert(
      fc.property(before, design, design, form, prose, (drafts, choices, other, shape, after) => {
        const answer = shape(json(choices, { reason: `better than [${other}]` }));
        expect(read(`${drafts.join("\n")}\n${answer}\n${after}`)).toBe(choices.join(""));
      }),
      fuzzEffort(1000),
    );
  });

  test("an answer that is cut anywhere is read as it was meant, or not at all", () => {
    fc.assert(
      fc.property(design, design, fc.nat(), fc.boolean(), (choices, other, place, isThinking) => {
        const whole = `${isThinking ? `<think>Not [${other}]</think>` : ""}${json(choices, { reason: `unlike [${other}]` })}`;
        const reply = readProposal(space, { text: whole.slice(0, place % whole.length) });
        if (reply.kind === "design") expect(reply.choices).toEqual(choices);
      }),
      fuzzEffort(1000),
    );
  });
});
