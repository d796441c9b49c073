// Written by `npm run catalog`; do not edit. The readers of data, in the order in which they are asked.
import type { DatasetFormat } from "../dataset.ts";

export const formats: readonly (() => Promise<{ default: DatasetFormat }>)[] = [
  () => import("./cifar-binary.ts"),
  () => import("./digits.ts"),
  () => import("./idx.ts"),
  () => import("./parquet.ts"),
  () => import("./image-folder.ts"),
];
