// Asks the training engine for a GPU, as a process of its own: a graphics driver may print, hang or crash.
import { messageOf } from "../base/errors.ts";
import { checkExecutionProvider } from "../engine/index.ts";

try {
  await checkExecutionProvider("webgpu");
} catch (thrown) {
  process.stdout.write(messageOf(thrown));
  process.exitCode = 1;
}
