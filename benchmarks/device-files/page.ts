// The page of results from the lines: formats × groups.
import { writeFileSync } from "node:fs";
import { median } from "../../src/math/statistics.ts";
import type { Bytes, Seen } from "./lines.ts";

interface About {
  readonly machine: string;
  /** What a reader must know beside. */
  readonly remark: readonly string[];
}

export function writePage(lines: readonly Seen[], { machine, remark }: About): void {
  const groups = [...new Set(lines.map(({ group }) => group))];
  const of = (group: string) => lines.filter((line) => line.group === group);
  const rows = groups.flatMap((group) => {
    const all = of(group);
    const part = <Part>(take: (line: Seen) => Part | undefined) =>
      all.flatMap((line) => take(line) ?? []) as Part[];
    const [float, int8, c] = [part((line) => line.float), part((line) => line.int8), part((line) => line.c)];
    const micro = part((line) =>
      line.micro === undefined || "refused" in line.micro ? undefined : line.micro,
    );
    const row = (
      format: string,
      seen: readonly { readonly difference: number; readonly ram: Bytes; readonly flash?: Bytes }[],
      unit: (difference: number) => string,
    ) =>
      seen.length === 0
        ? []
        : [
            [
              ...[group, format, String(seen.length), unit(Math.max(...seen.map((one) => one.difference)))],
              rangeOf(seen.map(({ ram }) => ram)),
              rangeOf(seen.flatMap(({ flash }) => (flash === undefined ? [] : [flash]))),
            ],
          ];
    return [
      ...row("TFLite int8", int8, (steps) => `${steps} steps`),
      ...row("TFLite float", float, (share) => share.toExponential(0)),
      ...row("TFLite Micro int8", micro, (steps) => `${steps} steps`),
      ...row("C int8", c, (difference) => (difference === 0 ? "0" : difference.toExponential(0))),
    ];
  });
  const refused = new Set(
    lines.flatMap(({ micro }) => (micro !== undefined && "refused" in micro ? [micro.refused] : [])),
  );
  const beyond = lines.flatMap(({ int8, plan }) => (int8 === undefined ? [] : [int8.ram[1] / plan]));
  const missing = lines.filter(({ int8, c }) => int8 !== undefined && c === undefined).length;
  const large = lines.filter(({ c, paramCount }) => c !== undefined && paramCount > 4e6).length;
  const largest = Math.max(...lines.map(({ paramCount }) => paramCount));
  const table = [
    [
      "networks",
      "format",
      "tried",
      "largest difference",
      "RAM measured / promised",
      "flash measured / promised",
    ],
    ["---", "---", "---:", "---:", "---:", "---:"],
    ...rows,
  ].map((cells) => `| ${cells.join(" | ")} |`);
  const text = `# Do the files for devices run elsewhere as promised?

${answerOf(lines)}

${table.join("\n")}

- *Largest difference*: of any score of two images of noise, with random weights. 8-bit scores in steps of their grid, beside our integer
  network; floats as a share of the largest score, beside onnxruntime; C in real scores, beside our integer network.
- *RAM*: smallest to largest ratio. Promised is what \`tfliteRam\` and \`networkArena\` say of the network before it has weights. Measured: in Google's
  interpreter from the lowest to the highest address of all maps and scratch tensors; in C the last byte of the arena that two runs over different
  patterns changed, rounded up to 16${lines.some(({ micro }) => micro !== undefined) ? "; in TFLite Micro the part of its arena that it says it planned for maps and scratch memory" : ""}.
- *Flash*: of C what \`arm-none-eabi-size\` says of the network alone, linked for Cortex-M4 with -Os; of TFLite the size of the file beside
  the flash that is promised for C: an interpreter's code comes on top of it.
- Google's interpreter takes ${percent(Math.min(...beyond))} to ${percent(Math.max(...beyond))} (median ${percent(median(beyond))}) of the RAM that the exported C takes: it keeps the image to the end, normalises images of
  several channels into a map of their own, and writes activations beside their input; only sums, products and reshapes overwrite.${large > 0 ? `\n- ${large} networks have more than 4 M parameters, the largest ${(largest / 1e6).toFixed(1)} M.` : ""}${missing > 0 ? `\n- ${missing} networks were not compiled: there was no time for them.` : ""}${[...refused].map((why) => `\n- TFLite Micro refused some: ${why}`).join("")}${remark.map((words) => `\n- ${words}`).join("")}

## Method

- \`node --conditions=genius-source benchmarks/device-files/run.ts --keep lines.jsonl\` runs it and writes this page; a stopped run goes on.
  References at a quarter of their width on 3×32×32; designs drawn at random (seed 1), on images of 16 pixels a side, or 32 where the space's
  are larger than 40.
- ai-edge-litert 2.3.0 with BUILTIN_REF kernels; gcc of Debian 12 with -O3 -march=native, arm-none-eabi-gcc. With sanitizers, and in QEMU on Cortex-M4
  and M7, the tests run the references and hand-made networks (\`src/deploy/c/c-export.test.ts\`).
- Machine: ${machine}. Date: ${new Date().toISOString().slice(0, 10)}.
`;
  writeFileSync(new URL("../../docs/results/device-files.md", import.meta.url), text);
}

function answerOf(lines: readonly Seen[]): string {
  const int8 = lines.flatMap((line) => line.int8 ?? []);
  const c = lines.flatMap((line) => line.c ?? []);
  const equal = (seen: readonly { readonly difference: number }[]) =>
    seen.filter(({ difference }) => difference === 0).length;
  const within = (seen: readonly { readonly ram: Bytes }[], share: number) =>
    seen.filter(({ ram: [promised, measured] }) => Math.abs(measured / promised - 1) <= share).length;
  const groups = new Set(lines.map(({ group }) => group));
  return `Of ${lines.length} networks (all references and designs of ${groups.size - (groups.has("references") ? 1 : 0)} spaces), ${equal(int8)} of ${int8.length} give the same 8-bit scores in Google's interpreter as in our integer
network, and ${equal(c)} of ${c.length} as C compiled by gcc. The interpreter's RAM is within 5 % of the promise for ${within(int8, 0.05)} of ${int8.length} (equal for ${within(int8, 0)}), the C
program's for ${within(c, 0.05)} of ${c.length} (equal for ${within(c, 0)}).`;
}

const percent = (ratio: number) => `${Math.round(100 * ratio)} %`;

function rangeOf(all: readonly Bytes[]): string {
  if (all.length === 0) return "–";
  const ratios = all.map(([promised, measured]) => measured / promised);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
  return least === most ? `${least}` : `${least}–${most}`;
}
