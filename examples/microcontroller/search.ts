// A classifier for a microcontroller: digits stand for whatever a small camera sees. The board has little memory, which the
// built-in limits do not know, so a space of one's own leaves out every design whose maps do not fit – by choosing, in `decode`,
// only networks that do – and the result is written in 8 bits.
//
//   npm run example examples/microcontroller/search.ts -- [--trials 4] [--out runs/microcontroller]
import { stat } from "node:fs/promises";
import { parseArgs } from "node:util";
import { search } from "genius-nas";
import smallMaps from "./small-maps.ts";

const { values } = parseArgs({
  options: {
    trials: { type: "string", default: "4" },
    epochs: { type: "string", default: "2" },
    "final-epochs": { type: "string", default: "20" },
    "data-fraction01": { type: "string", default: "1" },
    out: { type: "string", default: "runs/microcontroller" },
  },
});
const percent = (share01: number) => `${(100 * share01).toFixed(2)} %`;

const { best, files, verdict } = await search({
  data: "digits",
  space: smallMaps,
  // Of a board with 64 kB of memory, half is left for feature maps of 8 bits.
  spaceOptions: { memoryKb: 32 },
  limits: { maxParams: "12k", maxMacs: "1M" },
  budget: { trials: Number(values.trials) },
  evaluatorOptions: {
    epochs: Number(values.epochs),
    finalEpochs: Number(values["final-epochs"]),
    dataFraction01: Number(values["data-fraction01"]),
    int8: true,
  },
  out: values.out,
  onEvent(event) {
    if (event.kind === "trial" && event.trial.outcome.kind === "scored")
      console.log(`trial ${event.trial.number}: ${percent(event.trial.outcome.score)}`);
  },
});
console.log(verdict.join("\n"));
const model = files.find((file) => file.endsWith("model.int8.onnx"));
if (best?.testAccuracy01 === undefined || model === undefined) throw new Error("Nothing was found.");
const { testAccuracy01 } = best.test.int8 as { testAccuracy01: number };
const { size } = await stat(model);
console.log(
  `\n${percent(best.testAccuracy01)} on test images, ${percent(testAccuracy01)} in 8 bits, a file of ${size} bytes`,
);
