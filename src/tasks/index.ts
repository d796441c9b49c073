// The tasks by name or by a file of the user's own, for everything that trains.
import { GeniusError } from "../base/errors.ts";
import { unknownName } from "../base/nearest.ts";
import { checkForm, type Form, isPath, loadOwnFile } from "../base/own-file.ts";
import { lossNames } from "../engine/index.ts";
import { isSelectable } from "../metrics/classification.ts";
import { tasks } from "./_tasks.ts";

export { selectedMetric, type Task, type TaskSetting } from "./task.ts";

/** A task that trainings take: its data are images with classes. */
export type TrainableTask = (typeof tasks)[number];

const form: Form = {
  ...({ name: "string", loss: "string", metrics: "object", selectable: "object" } as const),
  ...({ describe: "function", open: "function", reopen: "function", remarks: "function" } as const),
};

/**
 * A task by its name or its file; image classification where none is given.
 * @throws GeniusError `unknown-name`, or `bad-file` that says what is missing or wrong.
 */
export async function openTask(named = "image-classification"): Promise<TrainableTask> {
  if (isPath(named)) return ownTask(named);
  const found = tasks.find((task) => task.name === named);
  if (found !== undefined) return found;
  throw unknownName(
    "task",
    named,
    tasks.map((task) => task.name),
  );
}

async function ownTask(file: string): Promise<TrainableTask> {
  const what = `${file}: its default export`;
  const task = checkForm<TrainableTask>("task", await loadOwnFile("task", file), { what, form });
  const { loss, metrics, selectable } = task;
  const refuse = (why: string) => new GeniusError("bad-file", `${file}: ${why}`);
  if (!lossNames.includes(loss))
    throw refuse(`no training has the loss "${loss}"; allowed is ${lossNames.join(", ")}.`);
  if (!metrics.some(({ name }) => name === loss))
    throw refuse(`"metrics" must hold the metric of its loss, "${loss}".`);
  if (selectable.length === 0) throw refuse('"selectable" must hold a metric that a search can select on.');
  for (const metric of selectable) {
    if (!metrics.some(({ name }) => name === metric.name))
      throw refuse(`"selectable" holds "${metric.name}", which "metrics" does not.`);
    if (!isSelectable(metric))
      throw refuse(
        `a search selects on a metric with goal "maximise" and range [0, 1], and "${metric.name}" is none.`,
      );
  }
  return task;
}
