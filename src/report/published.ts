// Results that others published, as rows that a comparison can show beside its own. None of them was run here, and
// every row carries its source; how a figure was measured (budget, seeds, training) differs from paper to paper, so
// they give orientation and no test is done on them. Figures are as printed; remarks say where a print is doubtful.
// Only figures that were read in a stored copy of their source stand here.

export interface PublishedSource {
  readonly title: string;
  readonly reference: string;
  /** The table or appendix the figures were read from. */
  readonly place: string;
}

const genius = {
  title: "Can GPT-4 Perform Neural Architecture Search?",
  reference: "Zheng et al., 2023, arXiv:2304.10970",
};

export const publishedSources = {
  geniusTable1: { ...genius, place: "Table 1" },
  geniusTable2: { ...genius, place: "Table 2" },
  geniusAppendixMacro: { ...genius, place: "Tables 7 and 8" },
  geniusAppendixChannel: { ...genius, place: "Tables 9 and 10" },
  collm: {
    title: "CoLLM-NAS: Collaborative Large Language Models for Efficient Knowledge-Guided NAS",
    reference: "Li, Lin and Wang, 2025, arXiv:2509.26037v2",
    place: "the table of results on NAS-Bench-201",
  },
} as const satisfies Record<string, PublishedSource>;

interface PublishedFigure {
  readonly mean: number;
  /** Absent where the source gives none. */
  readonly sd?: number;
}

export interface PublishedRow {
  readonly method: string;
  readonly kind: "human" | "classical" | "weight-sharing" | "language model";
  /** A space and a data set by the names of `genius list`. */
  readonly space: string;
  readonly dataset: string;
  readonly validationAccuracy01?: PublishedFigure;
  readonly testAccuracy01?: PublishedFigure;
  /** Single runs, where the source lists them: the best of each by rank among all designs. */
  readonly runs?: readonly { readonly rank: number; readonly accuracy01: number }[];
  /** ImageNet, single crop. `testAccuracy01` is the top-1 accuracy. */
  readonly top5Accuracy01?: number;
  /** Printed as FLOPs, meaning multiply–accumulates. */
  readonly macCount?: number;
  readonly paramCount?: number;
  readonly searchGpuDays?: number;
  readonly remark?: string;
  readonly source: keyof typeof publishedSources;
}

/** Shown wherever one of these rows is. */
export const publishedLabel = "reported, not run here";

type Pair = readonly [mean: number, sd?: number];
type Six = readonly [Pair, Pair, Pair, Pair, Pair, Pair];
const datasets = ["cifar10", "cifar100", "imagenet16-120"] as const;
const share = (percent: number) => Math.round(percent * 100) / 10_000;
const figure = ([mean, sd]: Pair): PublishedFigure => ({
  mean: share(mean),
  ...(sd === undefined ? {} : { sd: share(sd) }),
});

/** Three rows from one line of a table: validation and test on each of the data sets of NAS-Bench-201. */
function cells(
  method: string,
  kind: PublishedRow["kind"],
  source: PublishedRow["source"],
  figures: Six,
  remark?: string,
): PublishedRow[] {
  return datasets.map((dataset, index) => ({
    method,
    kind,
    space: "nas-bench-201",
    dataset,
    validationAccuracy01: figure(figures[2 * index]!),
    testAccuracy01: figure(figures[2 * index + 1]!),
    ...(remark === undefined ? {} : { remark }),
    source,
  }));
}

const optimal: Six = [
  [91.55, 0],
  [94.36, 0],
  [73.49, 0],
  [73.51, 0],
  [46.37, 0],
  [46.34, 0],
];
const sharing = "weight-sharing";
const model = "language model";

const nasBench201: readonly PublishedRow[] = [
  ...cells(
    "DARTS",
    sharing,
    "geniusTable1",
    [
      [39.77, 0],
      [54.3, 0],
      [38.57, 0],
      [15.61, 0],
      [18.87, 0],
      [16.32, 0],
    ],
    "As printed. The CIFAR-100 and ImageNet16-120 validation figures are of another run than the test figures; papers that quote NAS-Bench-201 print 15.03 and 16.43.",
  ),
  ...cells("DSNAS", sharing, "geniusTable1", [
    [89.66, 0.29],
    [93.08, 0.13],
    [30.87, 16.4],
    [31.01, 16.38],
    [40.61, 0.09],
    [41.07, 0.09],
  ]),
  ...cells("PC-DARTS", sharing, "geniusTable1", [
    [89.96, 0.15],
    [93.41, 0.3],
    [67.12, 0.39],
    [67.48, 0.89],
    [40.83, 0.08],
    [41.31, 0.22],
  ]),
  ...cells("SNAS", sharing, "geniusTable1", [
    [90.1, 1.04],
    [92.77, 0.83],
    [69.69, 2.39],
    [69.34, 1.98],
    [42.84, 1.79],
    [43.16, 2.64],
  ]),
  ...cells("iDARTS", sharing, "geniusTable1", [
    [89.86, 0.6],
    [93.58, 0.32],
    [70.57, 0.24],
    [70.83, 0.48],
    [40.38, 0.59],
    [40.89, 0.68],
  ]),
  ...cells("GDAS", sharing, "geniusTable1", [
    [89.89, 0.08],
    [93.61, 0.09],
    [71.34, 0.04],
    [70.7, 0.3],
    [41.59, 1.33],
    [41.71, 0.98],
  ]),
  ...cells("DrNAS", sharing, "geniusTable1", optimal),
  ...cells("β-DARTS", sharing, "geniusTable1", optimal, "Identical to DrNAS and Λ-DARTS in the source."),
  ...cells("Λ-DARTS", sharing, "geniusTable1", optimal, "Identical to DrNAS and β-DARTS in the source."),
  ...cells(
    "GENIUS (GPT-4)",
    model,
    "geniusTable1",
    [
      [91.07, 0.2],
      [93.79, 0.09],
      [70.96, 0.33],
      [70.91, 0.72],
      [45.29, 0.81],
      [44.96, 1.02],
    ],
    "10 evaluations, 5 runs, temperature 0.",
  ),
  ...cells(
    "LLMatic",
    model,
    "collm",
    [
      [91.42, 0.13],
      [94.26, 0.1],
      [71.41, 1.44],
      [71.62, 1.73],
      [44.98, 0.87],
      [45.87, 0.96],
    ],
    "2,000 evaluations, by its abstract (arXiv:2306.01102).",
  ),
  ...cells("RZ-NAS", model, "collm", [
    [91.45, 0.1],
    [94.24, 0.12],
    [73.35, 0.14],
    [73.3, 0.21],
    [46.53, 0.24],
    [46.24, 0.23],
  ]),
  ...cells("LM-Searcher", model, "collm", [[91.52], [94.2], [72.82], [72.96], [46.48], [46.51]]),
  ...cells("CoLLM-NAS", model, "collm", [
    [91.59, 0.04],
    [94.37, 0.01],
    [73.44, 0.12],
    [73.44, 0.15],
    [46.62, 0.1],
    [46.79, 0.28],
  ]),
  ...cells("random search", "classical", "collm", [
    [90.96, 0.24],
    [93.83, 0.09],
    [71.62, 0.73],
    [71.52, 0.93],
    [45.52, 0.48],
    [45.37, 0.54],
  ]),
  ...cells("reinforcement learning", "classical", "collm", [
    [91.2, 0.41],
    [93.94, 0.25],
    [71.51, 0.93],
    [71.78, 1.2],
    [45.22, 0.79],
    [45.95, 0.76],
  ]),
  ...cells("evolution", "classical", "collm", [
    [91.33, 0.35],
    [94.23, 0.25],
    [72.31, 1.07],
    [72.82, 0.87],
    [46.19, 0.46],
    [46.49, 0.6],
  ]),
];

type Run = readonly [rank: number, percent: number];

function runsOf(
  space: string,
  source: PublishedRow["source"],
  remark: string,
  runs: readonly Run[],
): PublishedRow {
  return {
    method: "GENIUS (GPT-4)",
    kind: model,
    space,
    dataset: "cifar10",
    runs: runs.map(([rank, percent]) => ({ rank, accuracy01: share(percent) })),
    remark,
    source,
  };
}

const macro: readonly PublishedRow[] = [
  runsOf("nas-bench-macro", "geniusAppendixMacro", "10 evaluations, temperature 0.", [
    [8, 93.05],
    [27, 92.92],
    [61, 92.83],
  ]),
  runsOf("nas-bench-macro", "geniusAppendixMacro", "10 evaluations, temperature 1.", [
    [19, 92.97],
    [50, 92.85],
    [65, 92.82],
  ]),
  runsOf("channel-bench-resnet", "geniusAppendixChannel", "10 evaluations, temperature 0.", [
    [33, 93.76],
    [8, 93.82],
    [37, 93.75],
  ]),
  runsOf("channel-bench-mobilenet", "geniusAppendixChannel", "10 evaluations, temperature 0.", [
    [16, 91.76],
    [16, 91.76],
    [16, 91.76],
  ]),
];

type Mobile = readonly [
  method: string,
  macsM: number,
  paramsM: number | null,
  top1: number,
  top5: number | null,
  gpuDays: number | null,
];

const mobile: readonly Mobile[] = [
  ["MobileNetV2", 300, 3.4, 72.0, 91.0, null],
  ["AngleNet", 325, null, 74.2, null, null],
  ["Proxyless-R", 320, 4.0, 74.6, 92.2, 15],
  ["MnasNet-A2", 340, 4.8, 75.6, 92.7, 288],
  ["BetaNet-A", 333, 4.1, 75.9, 92.8, 7],
  ["SPOS", 328, null, 76.2, null, 12],
  ["SCARLET-B", 329, 6.5, 76.3, 93.0, 22],
  ["ST-NAS-A", 326, 5.2, 76.4, 93.1, null],
  ["GreedyNAS-B", 324, 5.2, 76.8, 93.0, 7],
  ["MCT-NAS-B", 327, 6.3, 76.9, 93.4, 12],
  ["FairNAS-C", 325, 5.6, 76.7, 93.3, null],
  ["K-shot-NAS-B", 332, 6.2, 77.2, 93.3, 12],
  ["FBNetV2-L1", 325, null, 77.2, null, 25],
  ["NSENet", 333, 7.6, 77.3, null, 167],
  ["GreedyNASv2-S", 324, 5.7, 77.5, 93.5, 7],
  ["Cream-S", 287, 6.0, 77.6, 93.3, 12],
  ["GENIUS-329 (GPT-4)", 329, 7.0, 77.8, 93.7, 5.6],
  ["ProxylessNAS", 465, 7.1, 75.1, null, 15],
  ["SCARLET-A", 365, 6.7, 76.9, 93.4, 24],
  ["GreedyNAS-A", 366, 6.5, 77.1, 93.3, 7],
  ["BossNet-M2", 403, null, 77.4, 93.6, 10],
  ["DNA-B", 403, 4.9, 77.5, 93.3, 8.5],
  ["EfficientNet-B0", 390, 5.3, 77.7, 93.3, null],
  ["ST-NAS-B", 503, 7.8, 77.9, 93.8, null],
  ["MCT-NAS-A", 442, 8.4, 78.0, 93.9, 12],
  ["GENIUS-401 (GPT-4)", 401, 7.5, 78.2, 93.8, 5.7],
];

function mobileKind(method: string): PublishedRow["kind"] {
  if (method.startsWith("GENIUS")) return model;
  if (method === "MobileNetV2") return "human";
  return ["MnasNet-A2", "EfficientNet-B0"].includes(method) ? "classical" : sharing;
}

const imagenet = mobile.map(
  ([method, macsM, paramsM, top1, top5, gpuDays]): PublishedRow => ({
    method,
    kind: mobileKind(method),
    space: "genius-imagenet",
    dataset: "imagenet",
    testAccuracy01: { mean: share(top1) },
    macCount: macsM * 1e6,
    ...(paramsM === null ? {} : { paramCount: Math.round(paramsM * 1e6) }),
    ...(top5 === null ? {} : { top5Accuracy01: share(top5) }),
    ...(gpuDays === null ? {} : { searchGpuDays: gpuDays }),
    ...(method === "MnasNet-A2" ? { remark: "Searched on TPUs." } : {}),
    source: "geniusTable2",
  }),
);

export const publishedRows: readonly PublishedRow[] = [...nasBench201, ...macro, ...imagenet];

/** The rows for a space and a data set, in the order of their sources. */
export function publishedFor(space: string, dataset: string): PublishedRow[] {
  return publishedRows.filter((row) => row.space === space && row.dataset === dataset);
}

/** "Zheng et al., 2023, arXiv:2304.10970, Table 1". */
export function citation(row: PublishedRow): string {
  const { reference, place } = publishedSources[row.source];
  return `${reference}, ${place}`;
}
