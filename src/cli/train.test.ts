import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { networkCost } from "../graph/cost.ts";
import { train } from "../index.ts";

describe("genius train", () => {
  it("trains a reference fitted to limits and hands it over", async () => {
    const out = join(await mkdtemp(join(tmpdir(), "genius-train-")), "shelf");
    const result = await train(
      { reference: "all-cnn", limits: { maxParams: "3k" } },
      { data: "digits", out, evaluatorOptions: { finalEpochs: 1 } },
    );
    expect(networkCost(result.network).paramCount).toBeLessThanOrEqual(3000);
    expect(result.testAccuracy01).toBeGreaterThan(0.2);
    expect((await readFile(join(out, "best", "model.onnx"))).length).toBeGreaterThan(1000);
  });

  it("trains by the clock", async () => {
    const out = join(await mkdtemp(join(tmpdir(), "genius-train-")), "clock");
    const { test, testAccuracy01 } = await train(
      { reference: "all-cnn", limits: { maxParams: "3k" } },
      { data: "digits", out, minutes: 0.25 },
    );
    expect(test.seconds).toBeGreaterThan(0);
    expect(testAccuracy01).toBeGreaterThan(0.3);
    const none = train({ reference: "all-cnn" }, { data: "digits", out, minutes: 0 });
    await expect(none).rejects.toThrow(/minutes must be a number above 0/);
  });

  it("says what does not fit", async () => {
    const out = join(tmpdir(), "genius-train-none");
    const options = { data: "digits", out };
    await expect(train({ reference: "mobilenet-v2", limits: { maxParams: 100 } }, options)).rejects.toThrow(
      /mobilenet-v2 has no width inside the limits for images of 28×28: its narrowest has/,
    );
    await expect(train({ reference: "resnet-9" }, options)).rejects.toThrow(/resnet-8/);
    const run = await mkdtemp(join(tmpdir(), "genius-train-"));
    await writeFile(join(run, "journal.jsonl"), "{}");
    await expect(train({ reference: "resnet-8" }, { ...options, out: run })).rejects.toThrow(
      /holds a search, whose best network this one would replace/,
    );
  });
});
