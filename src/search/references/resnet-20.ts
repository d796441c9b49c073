// ResNet-20, the smallest of the paper's networks for CIFAR-10.
import { residualNetwork, stagesOfPaper } from "./parts/residual-network.ts";
import { defineReference } from "./reference.ts";

export default defineReference({
  name: "resnet-20",
  summary: "Nine residual blocks of two 3×3 convolutions at 16, 32 and 64 channels.",
  source:
    "He et al. 2016, https://arxiv.org/abs/1512.03385; differs from it: 1×1 convolutions on the two shortcuts that change shape",
  build: (setting) => residualNetwork("resnet-20", stagesOfPaper(3), setting),
});
