import { describe, expect, test } from "vitest";
import { createLedger } from "./ledger.ts";
import { estimate, listedPrices, priceAge, priceOf, usdOf } from "./prices.ts";

const usage = (inputTokens: number, outputTokens: number) => ({
  inputTokens,
  outputTokens,
  cachedInputTokens: 0,
});

describe("prices", () => {
  test("are dollars for a million tokens, cached input at its own price", () => {
    const price = { input: 2, cachedInput: 0.5, output: 10 };
    expect(
      usdOf(price, { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 400_000 }),
    ).toBeCloseTo(2.4, 12);
    expect(
      usdOf(
        { input: 2, output: 10 },
        { inputTokens: 1_000_000, outputTokens: 0, cachedInputTokens: 400_000 },
      ),
    ).toBe(2);
  });

  test("hold for a model's dated snapshots, and nothing is guessed", () => {
    expect(priceOf("openai/gpt-4o-mini-2024-07-18")?.input).toBe(0.15);
    expect(priceOf("anthropic/claude-haiku-4-5-20251001")?.output).toBe(5);
    expect(priceOf("openai/gpt-4o-audio")).toBeUndefined();
    expect(priceOf("compatible/gpt-4o")).toBeUndefined();
    expect(priceOf("ollama/anything")).toEqual({ input: 0, output: 0 });
  });

  test("have a date and a source each, and one line a model", () => {
    for (const { asOf, source, input, output } of listedPrices) {
      expect(asOf).toMatch(/^20\d\d-\d\d$/);
      expect(source).not.toBe("");
      expect(output).toBeGreaterThan(input);
    }
    expect(new Set(listedPrices.map(({ model }) => model)).size).toBe(listedPrices.length);
  });

  test("GENIUS-329 as it was run in 2023: 26 calls, 549,000 tokens read, $16.5 at GPT-4's $30 a million", () => {
    const run = estimate({
      promptChars: 2_197_824 / 26,
      replyTokens: 400,
      calls: 26,
      price: { input: 30, output: 60 },
    });
    expect(run.inputTokens).toBeGreaterThan(549_000);
    expect(run.inputTokens).toBeLessThan(550_000);
    expect(run.usd).toBeCloseTo((run.inputTokens * 30 + 10_400 * 60) / 1e6, 9);
    expect(estimate({ promptChars: 400, replyTokens: 10, calls: 2 })).toEqual({
      inputTokens: 200,
      outputTokens: 20,
    });
  });
});

describe("caps", () => {
  const refused = expect.objectContaining({ code: "budget-exhausted" });

  test("in calls count those under way", () => {
    const ledger = createLedger({ maxCalls: 2 }, undefined);
    const first = ledger.reserve({ inputTokens: 10, maxOutputTokens: 10 });
    ledger.reserve({ inputTokens: 10, maxOutputTokens: 10 });
    expect(() => ledger.reserve({ inputTokens: 10, maxOutputTokens: 10 })).toThrow(refused);
    first.release();
    expect(() => ledger.reserve({ inputTokens: 10, maxOutputTokens: 10 })).not.toThrow();
  });

  test("in tokens count reading and writing, and shorten the last reply", () => {
    const ledger = createLedger({ maxTokens: 5000 }, undefined);
    ledger.enter({ calls: 1, usage: usage(2000, 500), usd: undefined });
    const call = ledger.reserve({ inputTokens: 1000, maxOutputTokens: 4000 });
    expect(call.maxOutputTokens).toBe(1500);
    expect(() => ledger.reserve({ inputTokens: 1, maxOutputTokens: 1 })).toThrow(refused);
    call.release();
    expect(() => ledger.reserve({ inputTokens: 2001, maxOutputTokens: 500 })).toThrow(refused);
    expect(ledger.reserve({ inputTokens: 2000, maxOutputTokens: 500 }).maxOutputTokens).toBe(500);
  });

  test("in money say what was spent and what the next call needs", () => {
    const ledger = createLedger({ maxUsd: 0.05 }, { input: 10, output: 30 });
    ledger.enter({ calls: 1, usage: usage(1000, 1000), usd: 0.04 });
    expect(() => ledger.reserve({ inputTokens: 100, maxOutputTokens: undefined })).toThrow(
      /it has cost \$0\.0400, 2000 tokens and 1 calls, the next call needs about \$0\.0310 more, and the limit is \$0\.05/,
    );
    // $0.01 is left: $0.001 to read, and 300 tokens to write.
    expect(ledger.reserve({ inputTokens: 100, maxOutputTokens: 300 }).maxOutputTokens).toBe(300);
  });

  test("are none unless set", () => {
    const ledger = createLedger({}, undefined);
    ledger.enter({ calls: 1, usage: usage(1e9, 1e9), usd: undefined });
    expect(ledger.reserve({ inputTokens: 1e9, maxOutputTokens: undefined }).maxOutputTokens).toBeUndefined();
    expect(ledger.spent).toEqual({ calls: 1, inputTokens: 1e9, outputTokens: 1e9, usd: 0 });
  });
});

test("a price that was read months ago says so, with where and what to do", () => {
  const { model, asOf, source } = listedPrices[0]!;
  const [year, month] = asOf.split("-").map(Number) as [number, number];
  const after = (months: number) => Date.UTC(year, month - 1 + months, 15);
  expect(priceAge(model, after(2))).toBeUndefined();
  const old = priceAge(`${model}-2026-01-31`, after(14));
  expect(old).toContain(`was read 14 months ago, in ${asOf}, from ${source}`);
  expect(old).toContain("--usd-per-million-input");
  expect(priceAge("ollama/x", after(99))).toBeUndefined();
  expect(priceAge("compatible/x", after(99))).toBeUndefined();
});
