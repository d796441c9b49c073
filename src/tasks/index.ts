// The tasks by name, for everything that trains.
import { unknownName } from "../base/nearest.ts";
import { tasks } from "./_tasks.ts";

export { selectedMetric, type Task, type TaskSetting } from "./task.ts";

/**
 * A task that trainings take; image classification where no name is given.
 * @throws GeniusError `unknown-name`.
 */
export function taskNamed(name = "image-classification"): (typeof tasks)[number] {
  const found = tasks.find((task) => task.name === name);
  if (found !== undefined) return found;
  throw unknownName(
    "task",
    name,
    tasks.map((task) => task.name),
  );
}
