// What our own measurements teach: networks that beat the best hand-designed one after equal time of training, at limits where both
// were measured. They are written as references are, with a free width. Nothing enters without figures in `docs/results/experience.md`.
import { residualNetwork } from "../../search/references/parts/residual-network.ts";
import type { ReferenceDefinition } from "../../search/references/reference.ts";

export const shippedExperience: readonly ReferenceDefinition[] = [
  {
    name: "early-resnet",
    summary:
      "Four residual blocks of two 3×3 convolutions, none of them at the images' full size: two at 32 channels, two at 36.",
    source: "docs/results/experience.md",
    build: (setting) =>
      residualNetwork(
        "early-resnet",
        [
          { channels: 32, blocks: 2, halves: true },
          { channels: 36, blocks: 2, halves: true },
        ],
        setting,
      ),
  },
];
