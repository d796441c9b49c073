// The audit on designers whose knowledge is known, in small: docs/results/audit.md has the figures of many.
import { beforeAll, expect, test } from "vitest";
import table from "../../evaluators/table.ts";
import { type AccuracyTable, openTable } from "../../evaluators/tables/accuracy-table.ts";
import macro from "../../search/spaces/nas-bench-macro.ts";
import { runAudit } from "./audit.ts";
import { auditResult } from "./audit-report.ts";
import {
  conversationWith,
  type Designer,
  knowsShare,
  largerIsBetter,
  surrogate,
} from "./fixtures/designers.ts";

const space = macro.create({});
let published: AccuracyTable;
beforeAll(async () => {
  published = await openTable({ space, dataset: "cifar10" });
});

async function auditOf(designer: Designer, drawSeed: number) {
  const evaluator = await table.create(
    { space, dataset: "cifar10", folder: "", seed: 1, environment: {} },
    table.options.parse({}),
  );
  const audit = await runAudit({
    ...{ space, dataset: "cifar10", task: "images", table: published, evaluator, drawSeed },
    ...{ trials: 3, seeds: 5, pairs: 100, parallel: 1 },
    conversation: conversationWith(designer, { space, table: published, drawSeed }),
    signal: new AbortController().signal,
  });
  return auditResult({ audit, command: "", provenance: {}, spent: "" });
}

const world = (drawSeed: number) => ({ space, table: published, drawSeed });

test("who knows the whole table, or half of it, is convicted", async () => {
  const oracle = await auditOf(knowsShare(world(1), 1), 1);
  expect(oracle.verdict).toBe("clear signs");
  expect(oracle.rankings[0]?.correct?.mean).toBe(1);
  const half = await auditOf(knowsShare(world(2), 0.5), 2);
  expect(half.verdict).toBe("clear signs");
});

test("who learns from results, and who holds larger for better, is acquitted, and the headline says what was looked for", async () => {
  for (const innocent of [surrogate, largerIsBetter]) {
    const { verdict, sentence, evidence } = await auditOf(innocent, 3);
    expect(verdict).toBe("no sign");
    expect(evidence.every(({ p }) => p! > 0.05)).toBe(true);
    expect(sentence).toContain("finds a model that knows 51 % of the table four times out of five");
  }
});
