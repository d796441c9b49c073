// Imports every model of a folder that make-models.py wrote, exports it again, and compares its scores with those that onnxruntime
// gave for the original: `node benchmarks/import/measure.ts FOLDER` writes docs/results/import.md.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { exportOnnx } from "../../src/graph/export/onnx.ts";
import { importOnnx } from "../../src/graph/from-onnx/import-onnx.ts";
import { importNetwork, networkCost } from "../../src/index.ts";

interface Made {
  readonly name: string;
  readonly from: string;
  readonly shape: readonly number[];
  readonly scores: readonly number[];
}

const [folder = "", only = ""] = process.argv.slice(2);
const index: Readonly<Record<string, Made>> = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
const floatsOf = (path: string) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

function channelsFirst(
  images: Float32Array,
  [count, height, width, channels]: readonly [number, number, number, number],
): Float32Array {
  const area = height * width;
  return images
    .map((_, place) => {
      const image = Math.floor(place / (channels * area));
      const within = place % (channels * area);
      return images[
        image * channels * area + (within % area) * channels + Math.floor(within / area)
      ] as number;
    })
    .subarray(0, count * channels * area);
}

function softmax(scores: Float32Array, count: number): Float32Array {
  const classes = scores.length / count;
  const shares = scores.map((_, place) => {
    const row = scores.subarray(
      Math.floor(place / classes) * classes,
      (Math.floor(place / classes) + 1) * classes,
    );
    const top = Math.max(...row);
    return (
      Math.exp((scores[place] as number) - top) / row.reduce((sum, score) => sum + Math.exp(score - top), 0)
    );
  });
  return shares;
}

async function difference(file: string, made: Made) {
  const bytes = readFileSync(join(folder, `${file}.onnx`));
  const { network, weights, normalisation, notes } = importOnnx(bytes, { name: file });
  const { text, network: read } = importNetwork(bytes, { name: file });
  const model = exportOnnx({
    network,
    weights,
    ...(normalisation && { normalisation, pixelScale: normalisation.pixelScale }),
  });
  const session = await InferenceSession.create(model, { logSeverityLevel: 4 });
  const first = network.nodes[0]?.op;
  const shape = first?.kind === "input" ? first.shape : [0, 0, 0];
  const written = floatsOf(join(folder, `${file}.images`));
  const isLast = made.shape[1] !== shape[0];
  const images = isLast ? channelsFirst(written, made.shape as [number, number, number, number]) : written;
  const count = made.shape[0] as number;
  const { scores } = await session.run({ images: new Tensor("float32", images, [count, ...shape]) });
  await session.release();
  const given = scores?.data as Float32Array;
  const ours = notes.some((note) => note.includes("Softmax")) ? softmax(given, count) : given;
  const theirs = floatsOf(join(folder, `${file}.scores`));
  const scale = Math.max(...theirs.map(Math.abs));
  const worst =
    Math.max(...ours.map((score, place) => Math.abs(score - (theirs[place] as number)))) /
    Math.max(scale, 1e-12);
  return {
    worst: ours.length === theirs.length ? worst : Number.NaN,
    cost: networkCost(read),
    lines: text.trimEnd().split("\n").length,
    notes,
  };
}

const rows: string[] = [];
const refusals: string[] = [];
for (const [file, made] of Object.entries(index)) {
  if (!file.includes(only)) continue;
  try {
    const { worst, cost, lines, notes } = await difference(file, made);
    rows.push(
      `| ${made.name} | ${made.from} | ${(cost.paramCount / 1e6).toFixed(3)} | ${(cost.macCount / 1e6).toFixed(1)} | ${lines} | ${worst.toExponential(1)}${worst <= 1e-5 ? "" : " ✗"} |`,
    );
    console.error(rows.at(-1), notes.slice(0, 2));
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    refusals.push(
      `| ${made.name} | ${made.from} | ${message.replaceAll("\n", " ").replaceAll("|", "\\|").slice(0, 330)} |`,
    );
    console.error(
      refusals.at(-1),
      thrown instanceof Error && thrown.name !== "GeniusError" ? thrown.stack : "",
    );
  }
}
if (only === "") {
  writeFileSync(
    new URL("../../docs/results/import.md", import.meta.url),
    `# Are imported networks the same networks?

${rows.length} of ${rows.length + refusals.length} files of small networks import and give onnxruntime's scores; the others name what they use that is not known here.

## Figures

The difference is the largest of three random images' scores, as a share of the largest score. Weights and running statistics are random.

| network | from | M parameters | M MACs | lines of text | difference |
|---|---|--:|--:|--:|--:|
${rows.join("\n")}

Refused:

| network | from | what is said |
|---|---|---|
${refusals.join("\n")}

## Method

- \`python benchmarks/import/make-models.py FOLDER --libraries\` makes the files with PyTorch's exporter and takes those of the \`onnx\` package;
  \`node benchmarks/import/measure.ts FOLDER\` imports each, exports it with our exporter, runs both with onnxruntime and writes this page.
- torchvision and timm are needed for their networks only. Networks of their size are for 224×224 pixels; ours are smaller as a rule.
`,
  );
}
