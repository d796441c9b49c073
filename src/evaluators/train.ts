// The evaluator that trains on this machine: its name, its options and what it says of data. What it does is in
// train/create.ts, with the engine and the packages that it needs, which are loaded when a search begins: a help page
// would wait for them.
import { trainOptions } from "../training/options.ts";
import { defineEvaluator } from "./evaluator.ts";

const openTask = async (name: string) => (await import("../tasks/index.ts")).openTask(name);

export default defineEvaluator({
  name: "train",
  summary:
    "Trains every design on this machine, several at once, and the selected one at full length: model.onnx, model.py, weights and test figures.",
  source: "Made for GENIUS on onnxruntime; SGD with a cosine schedule, https://arxiv.org/abs/1608.03983",
  metricsOf: async ({ task }) => (await openTask(task)).selectable,
  measuresOwn: true,
  options: trainOptions,
  trainsByTheClock: true,
  startsProcesses: true,
  beginsWithWeights: true,
  async describe(setting, options) {
    const { describeData } = await import("./open-images.ts");
    return describeData(await openTask(options.task), setting, options);
  },
  create: async (setting, options) =>
    (await import("./train/create.ts")).createTrainEvaluator(setting, options),
});
