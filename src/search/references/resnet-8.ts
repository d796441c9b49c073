// ResNet-8, the image classifier of MLPerf Tiny.
import { residualNetwork, stagesOfPaper } from "./parts/residual-network.ts";
import { defineReference } from "./reference.ts";

export default defineReference({
  name: "resnet-8",
  summary: "Three residual blocks of two 3×3 convolutions at 16, 32 and 64 channels.",
  source:
    "Banbury et al. 2021 (MLPerf Tiny), https://arxiv.org/abs/2106.07597; differs from it: no biases before batch norms, and a norm on the shortcuts",
  build: (setting) => residualNetwork("resnet-8", stagesOfPaper(1), setting),
});
