// The five networks whose training speed is compared: four kinds that searches here train, and a plain residual one.

import type { NetworkNode } from "../../src/graph/network.ts";
import { createNetworkBuilder, type Network } from "../../src/graph/network.ts";
import mobile from "../../src/search/spaces/mobile.ts";
import nasBench201 from "../../src/search/spaces/nas-bench-201.ts";
import nasBenchMacro from "../../src/search/spaces/nas-bench-macro.ts";

export interface BenchmarkNetwork {
  readonly name: string;
  readonly nodes: readonly NetworkNode[];
}

/** Images per step, for all networks and engines. */
export const batchSize = 64;

export function benchmarkNetworks(): readonly BenchmarkNetwork[] {
  // width, depth, kernel, expansion, squeeze-excite of each stage, then the head's width.
  const digits = mobile
    .create({ ...mobileDefaults, imageSize: 28, channels: 1, sizeClass: "tiny" })
    .decode([1, 0, 0, 1, 0, 2, 0, 0, 1, 0, 2, 1, 0, 1, 0, 2, 1, 0, 1, 0, 2]);
  const small = mobile
    .create({ ...mobileDefaults, sizeClass: "small" })
    .decode([1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1, 2]);
  const macro = nasBenchMacro.create({}).decode([1, 1, 2, 1, 0, 1, 2, 1]);
  // |nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|
  const cell = nasBench201.create({ classCount: 10, imageSize: 32 }).decode([3, 4, 2, 1, 2, 3]);
  return [
    { name: "digits", nodes: digits.nodes },
    { name: "nas-bench-macro", nodes: macro.nodes },
    { name: "mobile", nodes: small.nodes },
    { name: "resnet-8", nodes: resnet8().nodes },
    { name: "nas-bench-201", nodes: cell.nodes },
  ];
}

const mobileDefaults = { imageSize: 32, channels: 3, classCount: 10, hyperparameters: false } as const;

/** Three basic blocks at 16, 32 and 64 channels behind a 3×3 stem, as in He et al. 2015 with n = 1. */
function resnet8(): Network {
  const build = createNetworkBuilder("resnet-8", [3, 32, 32]);
  const convNorm = (
    id: string,
    x: string,
    shape: { outChannels: number; kernel: number; stride: number },
  ) => {
    const padding = (shape.kernel - 1) / 2;
    build.add(`${id}.conv`, { kind: "conv", ...shape, padding, groups: 1, bias: false }, x);
    return build.add(`${id}.norm`, { kind: "batch-norm", epsilon: 1e-5, momentum: 0.1 }, `${id}.conv`);
  };
  const relu = (id: string, x: string) => build.add(id, { kind: "activation", function: "relu" }, x);
  let x = relu("stem.act", convNorm("stem", "input", { outChannels: 16, kernel: 3, stride: 1 }));
  for (const [index, outChannels] of [16, 32, 64].entries()) {
    const id = `block${index + 1}`;
    const stride = index === 0 ? 1 : 2;
    const inner = relu(`${id}.act`, convNorm(`${id}.a`, x, { outChannels, kernel: 3, stride }));
    const body = convNorm(`${id}.b`, inner, { outChannels, kernel: 3, stride: 1 });
    const beside = stride === 1 ? x : convNorm(`${id}.shortcut`, x, { outChannels, kernel: 1, stride });
    x = relu(`${id}.out`, build.add(`${id}.sum`, { kind: "add" }, body, beside));
  }
  build.add("pool", { kind: "global-pool" }, x);
  build.add("flat", { kind: "flatten" }, "pool");
  build.add("linear", { kind: "linear", outFeatures: 10, bias: true }, "flat");
  return build.build();
}
