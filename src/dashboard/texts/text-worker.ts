// The thread that reads texts while a person writes them.
import { parentPort } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import { checkText, type TextTask } from "./check-text.ts";

parentPort?.on("message", (task: TextTask) => {
  try {
    parentPort?.postMessage({ check: checkText(task) });
  } catch (thrown) {
    parentPort?.postMessage({ problem: messageOf(thrown) });
  }
});
