// The published tables that the package ships: which figures each holds, where it is public, under which licence, and
// the hash of the published file. It knows nothing of networks or searches.
import { fileURLToPath } from "node:url";
import type { PackedTable } from "./packed-table.ts";
import type { TableFields } from "./parse-table.ts";

export interface PublishedTable {
  readonly space: string;
  readonly dataset: string;
  readonly fileName: string;
  /** Of the published file; of the JSON made from it where the publishers' own format is another (NumPy, zip). */
  readonly sha256: string;
  /** The public source: a GitHub repository, the commit and the path in it. */
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  readonly licence: string;
  readonly fields: TableFields;
  /** A figure is the mean of this many trainings, each with this standard deviation; absent where that is not published. */
  readonly trainings?: { readonly count: number; readonly sd01: number };
  /** The rule that gives all keys; absent where only the file lists them. */
  readonly keys?: Extract<PackedTable["keys"], { parts: unknown }>;
}

/** Keys of `length` digits out of `digits`. */
const digitKeys = (length: number, digits: string) => ({
  parts: Array.from({ length }, () => [...digits]),
  joints: Array.from({ length: length + 1 }, () => ""),
});

const genius = {
  repository: "mingkai-zheng/GENIUS",
  commit: "97361d30b2da337edd0c8e1ed71b7c88b4a85d38",
  licence: "the repository states none; figures published with arXiv:2304.10970",
} as const;
const cellOperations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"];
const nasBench201 = {
  ...genius,
  space: "nas-bench-201",
  fields: { validation: "val_acc_200", test: "test_acc_200" },
  keys: {
    parts: Array.from({ length: 6 }, () => cellOperations),
    joints: ["|", "~0|+|", "~0|", "~1|+|", "~0|", "~1|", "~2|"],
  },
} as const;

const natsSize = {
  space: "nats-size",
  repository: "lightonai/contrastive-embeddings-for-neural-architectures",
  commit: "c6dcf5da1e3119b866fc548f3bcffa98e1b36f79",
  licence: "MIT; the figures are NATS-Bench's (D-X-Y/NATS-Bench, MIT)",
  fields: { validation: "validation" },
  keys: {
    parts: Array.from({ length: 5 }, () => ["8", "16", "24", "32", "40", "48", "56", "64"]),
    joints: ["", ":", ":", ":", ":", ""],
  },
} as const;

const nasLib = {
  repository: "automl/NASLib",
  licence: "Apache-2.0; the figures are TransNAS-Bench-101's (yawen-d/TransNASBench, MIT)",
  fields: { validation: "validation" },
} as const;
const transnasMicro = {
  ...nasLib,
  space: "transnas-micro",
  commit: "7a5496e2211d8ab65da40e0e2d5333aba87df614",
  path: "naslib/data/zc_benchmarks/all_benchmarks_zen.zip",
  keys: digitKeys(6, "0123"),
} as const;
const transnasMacro = {
  ...nasLib,
  space: "transnas-macro",
  commit: "eba9f98038440ba2f246f6054ebd7ba55ad38b3a",
  path: "run/results/benchmarks/tnb101_macro_zen.zip",
} as const;

export const publishedTables: readonly PublishedTable[] = [
  {
    space: "nas-bench-macro",
    dataset: "cifar10",
    fileName: "nas-bench-macro_cifar10.json",
    sha256: "686dee8363cc21cca8c1f321ad5749454f2d9b9ca5972682e137e539bc522297",
    repository: "xiusu/NAS-Bench-Macro",
    commit: "61a2bfc2ca0dce04d0997e6cf498047c27d6acf2",
    path: "data/nas-bench-macro_cifar10.json",
    licence: "Apache-2.0",
    trainings: { count: 3, sd01: 0.00174 },
    fields: { test: "mean_acc" },
    keys: digitKeys(8, "012"),
  },
  {
    space: "channel-bench-resnet",
    dataset: "cifar10",
    fileName: "Results_ResNet.json",
    sha256: "bf13bcaea3f2076f2c1bfbf5c2fee044aafe0385fae6a0d64c433b1d7f5a7520",
    ...genius,
    path: "benchmark/Results_ResNet.json",
    trainings: { count: 3, sd01: 0.00163 },
    fields: { test: "mean" },
    keys: digitKeys(7, "1234"),
  },
  {
    space: "channel-bench-mobilenet",
    dataset: "cifar10",
    fileName: "Results_MobileNet.json",
    sha256: "f640474d8ff3ff2231d0c45986bb0f10af291545316342fb009952e7641908e0",
    ...genius,
    path: "benchmark/Results_MobileNet.json",
    trainings: { count: 3, sd01: 0.00183 },
    fields: { test: "mean" },
    keys: digitKeys(7, "1234"),
  },
  {
    ...nasBench201,
    dataset: "cifar10",
    fileName: "nasbench201_cifar10.json",
    sha256: "7c5d7d890a285deb41556f95e904fab854f8fcfd65da7eb39410fdedd87215ec",
    path: "benchmark/nasbench201_cifar10.json",
  },
  {
    ...nasBench201,
    dataset: "cifar100",
    fileName: "nasbench201_cifar100.json",
    sha256: "6b21a0e98864e0aff288fc54bb5105907441bfd63bb063ad3d279edcbf926da5",
    path: "benchmark/nasbench201_cifar100.json",
  },
  {
    ...nasBench201,
    dataset: "imagenet16-120",
    fileName: "nasbench201_imagenet.json",
    sha256: "a29f63ca37b72cfa9a8e4ce6bad5d678c6039c9929c8060b7d32187f537d560f",
    path: "benchmark/nasbench201_imagenet.json",
  },
  {
    ...natsSize,
    dataset: "cifar10",
    fileName: "nats-size_cifar10.json",
    sha256: "6ca3eb3cc39d0bbaf48ecd397914d8fe7680b0c144a534dee23c2b0b790a2314",
    path: "SearchSpaces/BenchNatsss/cifar10_accs.npy",
  },
  {
    ...natsSize,
    dataset: "cifar100",
    fileName: "nats-size_cifar100.json",
    sha256: "9d3855957395b019ce77b003449d368bdb60813f974a5a3b9307c8ec21f1b83c",
    path: "SearchSpaces/BenchNatsss/cifar100_accs.npy",
  },
  {
    ...natsSize,
    dataset: "imagenet16-120",
    fileName: "nats-size_imagenet16-120.json",
    sha256: "08167130c42ddbbd6b58307116a9f4deeff2d6920eee958f6e6476d9c80ee34e",
    path: "SearchSpaces/BenchNatsss/ImageNet16-120.npy",
  },
  {
    ...transnasMicro,
    dataset: "class_scene",
    fileName: "transnas-micro_class_scene.json",
    sha256: "f596e87392164a78db249db03b2c82ba989d1a5b8aa57cb907669a7c82c21fa2",
  },
  {
    ...transnasMicro,
    dataset: "class_object",
    fileName: "transnas-micro_class_object.json",
    sha256: "7d73e8a24835ece628bb1fde830b8188fe9805dab81fa26b88b0e4bd57d27c25",
  },
  {
    ...transnasMicro,
    dataset: "segmentsemantic",
    fileName: "transnas-micro_segmentsemantic.json",
    sha256: "db82cc3c7f1edcedd0dddb551be5bb66cf948334dd0bdae7727d9543fb9c29db",
  },
  {
    ...transnasMacro,
    dataset: "class_scene",
    fileName: "transnas-macro_class_scene.json",
    sha256: "a3ef225d7cd01841fb5d3b1fac533943ed30c9f7922cb27e3ec26d992751d3df",
  },
  {
    ...transnasMacro,
    dataset: "class_object",
    fileName: "transnas-macro_class_object.json",
    sha256: "3bc6f8e2085a957b61556e976f86d872ec5012e9df8bc3bff904a6fff94f3485",
  },
  {
    ...transnasMacro,
    dataset: "segmentsemantic",
    fileName: "transnas-macro_segmentsemantic.json",
    sha256: "bae5e498d01b0db2ec98d37b8ad8866435048c146b3b4354f75f1de01e9b7126",
  },
];

export interface PublishedDataset {
  readonly words: string;
  readonly imageSize: number;
  readonly classCount: number;
}

const imagesOf = (name: string, imageSize: number, classCount: number): PublishedDataset => ({
  words: `${name}: colour images of ${imageSize} × ${imageSize} pixels in ${classCount} classes`,
  ...{ imageSize, classCount },
});

/** The images of each dataset of a table, as the published networks saw them. */
export const publishedDatasets: Readonly<Record<string, PublishedDataset>> = {
  cifar10: imagesOf("CIFAR-10", 32, 10),
  cifar100: imagesOf("CIFAR-100", 32, 100),
  "imagenet16-120": imagesOf("ImageNet16-120", 16, 120),
  class_scene: imagesOf("Taskonomy's scenes", 256, 47),
  class_object: imagesOf("Taskonomy's objects", 256, 75),
  segmentsemantic: {
    words: "Taskonomy's semantic segmentation: each pixel of colour images of 256 × 256 pixels in 17 classes",
    ...{ imageSize: 256, classCount: 17 },
  },
};

/** The file in which the package ships a table. */
export function packedFileOf({ space, dataset }: Pick<PublishedTable, "space" | "dataset">): string {
  return fileURLToPath(new URL(`../../../data/tables/${space}_${dataset}.json.br`, import.meta.url));
}
