// The published tables that searches can be run on: which figures each holds, where it is public, and the hash by
// which a copy is checked before it is used. It knows nothing of networks or searches.

/** Where in an entry the figures are, all in percent or counts. */
export interface TableFields {
  readonly validation?: string;
  readonly test: string;
}

export interface PublishedTable {
  readonly space: string;
  readonly dataset: string;
  readonly fileName: string;
  readonly sha256: string;
  /** The public source: a GitHub repository, the commit and the path in it. */
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  readonly fields: TableFields;
}

const genius = {
  repository: "mingkai-zheng/GENIUS",
  commit: "97361d30b2da337edd0c8e1ed71b7c88b4a85d38",
} as const;
const nasBench201 = {
  ...genius,
  space: "nas-bench-201",
  fields: { validation: "val_acc_200", test: "test_acc_200" },
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
    fields: { test: "mean_acc" },
  },
  {
    space: "channel-bench-resnet",
    dataset: "cifar10",
    fileName: "Results_ResNet.json",
    sha256: "bf13bcaea3f2076f2c1bfbf5c2fee044aafe0385fae6a0d64c433b1d7f5a7520",
    ...genius,
    path: "benchmark/Results_ResNet.json",
    fields: { test: "mean" },
  },
  {
    space: "channel-bench-mobilenet",
    dataset: "cifar10",
    fileName: "Results_MobileNet.json",
    sha256: "f640474d8ff3ff2231d0c45986bb0f10af291545316342fb009952e7641908e0",
    ...genius,
    path: "benchmark/Results_MobileNet.json",
    fields: { test: "mean" },
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
];

/** Where a table can be downloaded from. */
export function urlOf({ repository, commit, path }: PublishedTable): string {
  return `https://raw.githubusercontent.com/${repository}/${commit}/${path}`;
}
