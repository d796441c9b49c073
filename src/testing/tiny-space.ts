// A space of eighteen designs with decisions of every kind, one of them of the training: small enough to be evaluated
// whole, so that checks can see what happens at its end.
import { createNetworkBuilder } from "../graph/network.ts";
import type { Decision, Space } from "../search/space.ts";

const widths = [1, 2, 4];
const rates = [0.001, 0.01, 0.1];
const decisions: readonly Decision[] = [
  {
    name: "width",
    meaning: "The hidden layer's width, in features.",
    kind: "ordinal",
    about: "architecture",
    options: widths.map((value) => ({ label: `${value} features`, value })),
  },
  {
    name: "activation",
    meaning: "What follows the hidden layer.",
    kind: "categorical",
    about: "architecture",
    options: [{ label: "nothing" }, { label: "rectifier" }],
  },
  {
    name: "learningRate",
    meaning: "The learning rate of the training.",
    kind: "ordinal",
    about: "training",
    options: rates.map((value) => ({ label: `${value}`, value })),
  },
];

/** Two linear layers on eight inputs; 10, 20 and 40 weights by width. */
export const tinySpace: Space = {
  name: "tiny",
  summary: "Two linear layers on eight numbers.",
  input: [8, 1, 1],
  classCount: 2,
  decisions,
  firstDigit: 0,
  decode([width = 0, activation = 0]) {
    const build = createNetworkBuilder(`tiny/${width}${activation}`, [8, 1, 1]);
    let x = build.add(
      "hidden",
      { kind: "linear", outFeatures: widths[width] as number, bias: false },
      "input",
    );
    if (activation === 1) x = build.add("act", { kind: "activation", function: "relu" }, x);
    build.add("classifier", { kind: "linear", outFeatures: 2, bias: false }, x);
    return build.build();
  },
  hyperparameters: ([, , rate = 0]) => ({ learningRate: rates[rate] as number }),
};
