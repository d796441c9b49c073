// `--on-done COMMAND`: a command of the person's own that is run when a long one has ended, whatever came of it – to send a
// message, copy a model, or shut a machine down.
import { spawn } from "node:child_process";
import { z } from "zod";
import { isAbort, messageOf } from "../base/errors.ts";
import type { Terminal } from "./command.ts";

export const onDoneOption = z
  .string()
  .optional()
  .describe(
    "shell command that is run at the end, whatever came of it; GENIUS_STATE (finished, failed, stopped), GENIUS_COMMAND and GENIUS_FOLDER are in its environment",
  )
  .meta({ placeholder: "COMMAND" });

/** What the person's command is told. */
interface Ended {
  readonly name: string;
  readonly terminal: Terminal;
  /** Where the result is, once that is known. */
  readonly folder?: () => string | undefined;
}

/** Does the work, then runs the person's command, if there is one, and waits for it. The work's exit code or error stays. */
export async function thenRun(
  command: string | undefined,
  ended: Ended,
  work: () => Promise<number>,
): Promise<number> {
  if (command === undefined) return work();
  try {
    const code = await work();
    await tell(command, ended, code === 0 ? "finished" : code === 130 ? "stopped" : "failed");
    return code;
  } catch (thrown) {
    await tell(command, ended, isAbort(thrown) ? "stopped" : "failed");
    throw thrown;
  }
}

async function tell(command: string, { name, terminal, folder }: Ended, state: string): Promise<void> {
  const env = {
    ...terminal.environment,
    ...{ GENIUS_STATE: state, GENIUS_COMMAND: name, GENIUS_FOLDER: folder?.() ?? "" },
  };
  // Standard output is for results.
  const child = spawn(command, { shell: true, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => terminal.error(text));
  const code = await new Promise<number | string>((done) => {
    child.once("error", (thrown) => done(messageOf(thrown)));
    child.once("close", (code, signal) => done(code ?? signal ?? 1));
  });
  if (code !== 0) terminal.error(`The command of --on-done ended with ${code}: ${command}\n`);
}
