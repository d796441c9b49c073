// The contract of a task: what goes into a network, what is asked for, which loss trains it and which metrics measure
// it. A task is one folder here with a `task.ts` whose default export is made by `defineTask`. Trainings, evaluators and
// the commands about data reach a dataset through it, and name no task.
import { unknownName } from "../base/nearest.ts";
import type { LossName } from "../engine/index.ts";
import type { Metric, MetricDefinition } from "../metrics/metric.ts";
import type { ImageSize } from "./image-size.ts";

/** What every task's dataset says of itself. Trainings take more: the `Dataset` of image-classification/dataset.ts. */
export interface TaskData {
  readonly name: string;
  /** What is asked for: the classes, in the order of a network's outputs. */
  readonly classNames: readonly string[];
  /** What goes in: `[channels, height, width]`. */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly train: { readonly count: number };
  /** The source's own validation part. */
  readonly validation: { readonly count: number } | undefined;
  readonly test: { readonly count: number } | undefined;
  /** SHA-256 of the content, whatever the input's size and the machine. */
  readonly hash: string;
  /** Where it lies decoded, for `reopen`. */
  readonly cachePath: string;
}

export interface TaskSetting {
  /** Places of data and caches. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Height and width of what goes in; chosen by the task where it is absent. */
  readonly imageSize?: ImageSize | undefined;
  /** How the source is read: a name of `genius list formats`, or a file made with `defineFormat`; found by the task where it is absent. */
  readonly format?: string | undefined;
  /** Told a line for a person while something slow is done. */
  readonly onProgress?: ((text: string) => void) | undefined;
  /** Aborting it ends the reading at once; what was not read whole is read again the next time. */
  readonly signal?: AbortSignal | undefined;
}

/** What a dataset holds, before there is a space. */
export interface TaskDescription<Understood = unknown> {
  readonly input: TaskData["shape"];
  readonly classNames: readonly string[];
  /** For a language model and for people: "CIFAR-10: 50,000 training images of 3 × 32 × 32 in 10 classes". */
  readonly words: string;
  /** What was understood of a source that could be read in more than one way. */
  readonly understood?: { readonly lines: readonly string[]; readonly layout: Understood };
}

export interface Task<Data extends TaskData = TaskData, Understood = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly source: string;
  /** A source that comes with the install, small enough for a test. */
  readonly example: string;
  readonly loss: LossName;
  /** All that is measured, the loss by its name among them. */
  readonly metrics: readonly MetricDefinition[];
  /** Those that a search can select on; the first is the default. */
  readonly selectable: readonly MetricDefinition[];
  /** @throws GeniusError as `open`. */
  describe(source: string, setting: TaskSetting): Promise<TaskDescription<Understood>>;
  /** Reads and decodes the source, or finds it decoded. @throws GeniusError `not-found`, `bad-data`, `wrong-use`. */
  open(source: string, setting: TaskSetting): Promise<Data>;
  /** The dataset decoded at `cachePath`, without looking at its source: for worker processes. @throws GeniusError `not-found`. */
  reopen(cachePath: string): Promise<Data>;
  /** What was found in the source and what was done about it, in words. */
  remarks(data: Data): readonly string[];
}

export function defineTask<Data extends TaskData, Understood>(
  definition: Task<Data, Understood>,
): Task<Data, Understood> {
  return definition;
}

/**
 * The metric of that name among those that a search can select on; the task's default where none is asked for.
 * @throws GeniusError `unknown-name` for another name.
 */
export function selectedMetric(
  { selectable }: Pick<Task, "selectable">,
  wanted?: Pick<Metric, "name">,
): MetricDefinition {
  const found =
    wanted === undefined ? selectable[0] : selectable.find((metric) => metric.name === wanted.name);
  if (found !== undefined) return found;
  throw unknownName(
    "metric",
    String(wanted?.name),
    selectable.map((metric) => metric.name),
  );
}
