// Writes runs of 10,000 trials and of 100,000 journal lines for the speed figures: trials of a real search of a
// published table, repeated under other numbers where the table has fewer designs. Times are a second apart.
//
//   node benchmarks/dashboard/make-runs.ts FOLDER

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assemble } from "../../src/api/assemble.ts";
import { createRandom } from "../../src/base/random.ts";
import { accuracy, metricOf } from "../../src/metrics/index.ts";
import { keyOf } from "../../src/search/choices.ts";
import type { Trial } from "../../src/search/trial.ts";
import type { StudyConfig } from "../../src/study/journal-lines.ts";
import { runStudy } from "../../src/study/run-study.ts";

const config: StudyConfig = {
  dataset: "cifar10",
  task: "CIFAR-10 image classification, 10 classes",
  metric: metricOf(accuracy),
  space: "nas-bench-macro",
  spaceOptions: {},
  strategy: "random",
  strategyOptions: {},
  evaluator: "table",
  evaluatorOptions: {},
  modelOptions: {},
  trials: 6_000,
  limits: {},
  parallel: 1,
  seed: 1,
};

const start = Date.UTC(2026, 0, 1);
const time = (second: number) => new Date(start + second * 1000).toISOString();

export async function makeRun(folder: string, trials: number): Promise<void> {
  const parts = await assemble(config, { folder, environment: process.env });
  const { domain } = parts;
  const real = (await runStudy({ ...parts, trials: config.trials, parallel: 1, seed: 1 })).trials;
  const random = createRandom("rationale");
  const lines: unknown[] = [
    {
      kind: "header",
      format: "genius-journal",
      version: 2,
      config: { ...config, trials },
      provenance: parts.provenance,
      time: time(0),
    },
  ];
  for (let number = 1; number <= trials; number += 1) {
    const source = real[(number - 1) % real.length] as Trial;
    const proposal = {
      ...source.proposal,
      rationale: `wider at ${random.integer(8)}, since trial ${1 + random.integer(number)} gained there`,
      predicted: { score: 0.9 + 0.03 * random.next(), sd: 0.004 },
    };
    lines.push({
      kind: "trial",
      trial: { ...source, number, proposal },
      key: keyOf(domain.space, source.proposal.choices),
      time: time(number),
    });
  }
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "journal.jsonl"), `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
  await parts.close();
}

const [folder] = process.argv.slice(2);
if (import.meta.main && folder !== undefined) {
  await makeRun(join(folder, "trials-10000"), 10_000);
  await makeRun(join(folder, "lines-100000"), 99_999);
}
