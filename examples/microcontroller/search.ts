// A classifier for a microcontroller: digits stand for whatever a small camera sees. The board has little memory, which the
// built-in limits do not know, so a space of one's own leaves out every design whose maps do not fit – by choosing, in `decode`,
// nothing but networks that do – and the result is written in 8 bits.
//
//   npm run example examples/microcontroller/search.ts -- [--trials 4] [--out runs/microcontroller]
import { spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "4" },
    epochs: { type: "string", default: "2" },
    "final-epochs": { type: "string", default: "20" },
    "data-fraction01": { type: "string", default: "1" },
    out: { type: "string", default: "runs/microcontroller" },
  },
});
/** Of a board with 64 kB of memory, half is left for feature maps of 8 bits. */
const boardKb = 32;
const space = join(import.meta.dirname, "small-maps.ts");
const genius = join(import.meta.dirname, "../../bin/genius.js");
const args = [
  ...["search", "digits", "--space", space, "--memory-kb", String(boardKb), "--max-params", "12k"],
  ...["--max-macs", "1M", "--trials", values.trials, "--epochs", values.epochs, "--int8"],
  ...[
    "--final-epochs",
    values["final-epochs"],
    "--data-fraction01",
    values["data-fraction01"],
    "--out",
    values.out,
  ],
];
const code = await new Promise((done) =>
  spawn(process.execPath, [genius, ...args], { stdio: ["ignore", "inherit", "inherit"] }).on("close", done),
);
if (code !== 0) process.exit(1);
const report = JSON.parse(await readFile(join(values.out, "best/test.json"), "utf8"));
const { size } = await stat(join(values.out, "best/model.int8.onnx"));
const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
console.log(
  `\n${percent(report.accuracy01)} on test images, ${percent(report.int8.testAccuracy01)} in 8 bits, a file of ${size} bytes`,
);
