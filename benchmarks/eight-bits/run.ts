// What 8 bits lose: five networks of 10 to 200 k parameters on the digits and on CIFAR-10, each trained for some epochs and
// handed over in floats and in 8 bits, measured on the same test images. Writes docs/results/eight-bits.md.
//
//   node --conditions=genius-source benchmarks/eight-bits/run.ts --out FOLDER [--digits 5] [--cifar 10] [--data CIFAR]
//        [--machine WORDS]
//
// Epochs for each network: by the clock a busy machine leaves networks untrained. With the defaults it takes some hours of one core.
// A run that was stopped goes on: what is in FOLDER is not trained again, and a training that was stopped goes on after its last
// epoch. The page is written after each network. CIFAR is a folder with its images; without it only the digits are trained on.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { train } from "../../src/api/train.ts";
import { counted } from "../../src/base/units.ts";
import { networkCost } from "../../src/graph/cost.ts";
import { median } from "../../src/math/statistics.ts";
import { readTrainedNetwork } from "../../src/runs/trained-network.ts";

const { values } = parseArgs({
  options: {
    out: { type: "string", default: "eight-bits" },
    digits: { type: "string", default: "5" },
    cifar: { type: "string", default: "10" },
    data: { type: "string" },
    machine: { type: "string", default: "a shared virtual one with two cores (AMD EPYC, AVX-512)" },
  },
});

/** With the parameters that each is fitted to. */
const networks = [
  ["mobilenet-v3-small", "100k"],
  ["mobilenet-v2", "50k"],
  ["shufflenet-v2", "200k"],
  ["resnet-8", "80k"],
  ["ds-cnn", "25k"],
] as const;
const datasets = [
  { name: "digits", data: "digits", epochs: Number(values.digits) },
  ...(values.data === undefined
    ? []
    : [{ name: "CIFAR-10", data: values.data, epochs: Number(values.cifar) }]),
];

interface Tested {
  readonly accuracy01: number;
  readonly testImages: number;
  readonly epochs: number;
  readonly int8: { readonly testAccuracy01: number };
  readonly integer: { readonly testAccuracy01: number };
}

interface Line extends Tested {
  readonly dataset: string;
  readonly network: string;
  readonly paramCount: number;
  readonly macCount: number;
  /** Percentage points. */
  readonly lost: number;
}

const lines: Line[] = [];
for (const { name, data, epochs: finalEpochs } of datasets) {
  for (const [reference, maxParams] of networks) {
    const out = join(values.out, `${name}-${reference}`);
    const file = join(out, "best", "test.json");
    if (!existsSync(file)) {
      console.error(`${name}, ${reference}: ${finalEpochs} epochs`);
      const options = { data, out, evaluatorOptions: { int8: true, finalEpochs } } as const;
      await train({ reference, limits: { maxParams } }, options);
    }
    const tested = JSON.parse(readFileSync(file, "utf8")) as Tested;
    const { paramCount, macCount } = networkCost(await readTrainedNetwork(out));
    const lost = 100 * (tested.accuracy01 - tested.integer.testAccuracy01);
    lines.push({ ...tested, dataset: name, network: reference, paramCount, macCount, lost });
    writeFileSync(new URL("../../docs/results/eight-bits.md", import.meta.url), pageOf(lines));
  }
}
console.log(pageOf(lines));

function pageOf(all: readonly Line[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const rows = all.map(
    ({ accuracy01, testImages, epochs, int8, integer, ...line }) =>
      `| ${[
        `${line.network}, ${line.dataset}`,
        `${(line.paramCount / 1000).toFixed(0)} k`,
        `${(line.macCount / 1e6).toFixed(1)} M`,
        epochs.toFixed(1),
        ...[accuracy01, int8.testAccuracy01, integer.testAccuracy01].map(percent),
        line.lost.toFixed(2),
        (100 * Math.sqrt((accuracy01 * (1 - accuracy01)) / testImages)).toFixed(2),
      ].join(" | ")} |`,
  );
  const lost = all.map((line) => line.lost);
  const byDataset = datasets.flatMap(({ name }) => {
    const own = all.filter(({ dataset }) => dataset === name).map((line) => line.lost);
    return own.length === 0
      ? []
      : [`${median(own).toFixed(2)} on ${name} (${counted(own.length, "network")})`];
  });
  return `# What do 8 bits lose?

The median loss of ${counted(lost.length, "network")} is ${median(lost).toFixed(2)} points of test accuracy, the largest ${Math.max(...lost).toFixed(2)}; by dataset ${byDataset.join(", ")}. The goal was a median of at most 0.3,
of five networks on each of the digits and CIFAR-10.

| network | parameters | MACs | epochs | floats | int8 ONNX (±64) | integers (±127) | points lost | σ of the accuracy |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.join("\n")}

## Method

- \`node --conditions=genius-source benchmarks/eight-bits/run.ts\`: references fitted to parameters, ${datasets.map(({ name, epochs }) => `${epochs} epochs each on ${name}`).join(", ")}, one seed; the
  hand-over's own measurement on all test images. The loss is of the same weights on the same images, so most of σ cancels out.
- *Integers* is what \`model.int8.tflite\` and the C compute; *int8 ONNX* is the file for onnxruntime.
- Machine: ${values.machine}. Date: ${new Date().toISOString().slice(0, 10)}.
`;
}
