import { expect, test } from "vitest";
import { trainOptions } from "../../training/options.ts";
import { planTraining } from "../../training/plan.ts";
import { largeBatchRecipe, readTorchLine, torchJob, torchRecipe } from "./job.ts";

test("what the in-process evaluator plans is a recipe of the trainer, and so is the one for large batches", () => {
  const dataset = { shape: [3, 32, 32], mirrorable: true } as const;
  for (const optimiser of ["sgd", "adamw"] as const) {
    const plan = planTraining(trainOptions.parse({ optimiser }), { dataset, imageCount: 5_000 });
    expect(torchRecipe.parse(plan)).toEqual(plan);
  }
  const recipe = largeBatchRecipe(512);
  expect(torchRecipe.parse(recipe)).toEqual(recipe);
  expect(recipe).toMatchObject({ learningRate: 0.2, optimiser: { momentum: 0.8, weightDecay: 4e-5 } });
});

test("a job with an unknown word or another version is refused", () => {
  const version = torchJob.shape.version;
  expect(version.safeParse(2).success).toBe(false);
  const { success, error } = torchJob.safeParse({ version: 1, epoch: 3 });
  expect(success).toBe(false);
  expect(error?.issues.some(({ code }) => code === "unrecognized_keys")).toBe(true);
});

test("a line is an event, other text, or a bad event that says what is wrong", () => {
  const failed = { event: "failed", reason: "timeout", detail: "60 s", epochsRun: 1, milliseconds: 5 };
  expect(readTorchLine(JSON.stringify(failed))).toEqual({ kind: "event", event: failed });
  for (const text of ["", "[1]", "3", "null", '{"epoch": 1}', '{"event": "epo', "Downloading …"])
    expect(readTorchLine(text)).toEqual({ kind: "text", text });
  for (const bad of [{ ...failed, reason: "tired" }, { ...failed, more: 1 }, { event: "unknown" }])
    expect(readTorchLine(JSON.stringify(bad))).toMatchObject({ kind: "bad" });
});
