// The command in this process, for tests: what a person would see is kept instead of shown. Not exported with the suites.
import { run } from "../cli/main.ts";
import type { Terminal } from "../command/command.ts";

export interface Written {
  out: string;
  error: string;
}

/** A terminal that nobody watches, and what is written to it. */
export function recordingTerminal(changes: Partial<Terminal> = {}): { terminal: Terminal; written: Written } {
  const written: Written = { out: "", error: "" };
  const terminal: Terminal = {
    environment: {},
    isInteractive: false,
    columns: 100,
    out: (text) => {
      written.out += text;
    },
    error: (text) => {
      written.error += text;
    },
    async *readStandardInput() {},
    signal: new AbortController().signal,
    ...changes,
  };
  return { terminal, written };
}

/** Runs a command line: its exit code and what it wrote. */
export async function genius(
  args: readonly string[],
  changes?: Partial<Terminal>,
): Promise<Written & { code: number }> {
  const { terminal, written } = recordingTerminal(changes);
  const code = await run(args, terminal);
  return { code, ...written };
}
