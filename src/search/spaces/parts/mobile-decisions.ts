// What can be decided in the `mobile` space, apart from the network, so that each file stays short.
import type { Decision } from "../../space.ts";
import { depths, type StageLayout, stageWords, widthDecision } from "./stage-layout.ts";

export const kernels = [3, 5, 7] as const;
export const expansions = [2, 4, 6] as const;

export function mobileDecisions(layout: StageLayout): readonly Decision[] {
  return [
    ...layout.stages.flatMap((stage, index) => stageDecisionsOf(stage, index + 1, layout.stages.length)),
    {
      name: "head.width",
      meaning: "Channels of the 1×1 convolution before pooling: how many features are classified.",
      kind: "ordinal",
      about: "architecture",
      options: layout.headWidths.map((value) => ({ label: `${value} channels`, value })),
    },
  ];
}

function stageDecisionsOf(
  stage: StageLayout["stages"][number],
  number: number,
  count: number,
): readonly Decision[] {
  const where = stageWords(stage, number, count);
  const ordinal = { kind: "ordinal", about: "architecture" } as const;
  return [
    widthDecision(stage, number, count),
    {
      name: `stage${number}.depth`,
      meaning: `How many inverted residual blocks ${where} has.`,
      ...ordinal,
      options: depths.map((value) => ({ label: value === 1 ? "1 block" : `${value} blocks`, value })),
    },
    {
      name: `stage${number}.kernel`,
      meaning: `Size of the depthwise convolutions of ${where}: larger sees further and costs more MACs but few parameters.`,
      ...ordinal,
      options: kernels.map((value) => ({ label: `kernel ${value}×${value}`, value })),
    },
    {
      name: `stage${number}.expansion`,
      meaning: `How many times wider than its input a block of ${where} is inside; parameters and MACs grow in proportion.`,
      ...ordinal,
      options: expansions.map((value) => ({ label: `expansion ${value}`, value })),
    },
    {
      name: `stage${number}.excite`,
      meaning: `Whether the blocks of ${where} reweight their channels by squeeze-and-excitation: many parameters, hardly any MACs.`,
      kind: "categorical",
      about: "architecture",
      options: [{ label: "no squeeze-excite" }, { label: "squeeze-excite, a quarter of the inner channels" }],
    },
  ];
}
