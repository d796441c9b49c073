// `genius test FILE…`: runs tests of one's own members with Node's test runner, where "genius-nas", "genius-nas/testing"
// and "zod" are found wherever the files lie.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { z } from "zod";
import { GeniusError } from "../../base/errors.ts";
import { ownPackagesHook } from "../../base/own-packages.ts";
import { defineCommand } from "../../command/command.ts";

export default defineCommand({
  options: z.object({}),
  more: `Runs the files with Node's own test runner (node --test). They may import "genius-nas", "genius-nas/testing" and "zod"
without being installed anywhere. The exit code is 1 when a test fails.

Example:
  genius test ./my-search.test.ts`,
  async run({ operands, terminal }) {
    if (operands.length === 0)
      throw new GeniusError("wrong-use", "Say which tests to run: genius test FILE…");
    for (const file of operands) {
      if (!existsSync(file)) throw new GeniusError("not-found", `There is no file ${file}.`);
    }
    const child = spawn(process.execPath, ["--import", ownPackagesHook, "--test", ...operands], {
      env: { ...terminal.environment, NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => terminal.out(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => terminal.error(text));
    const stop = () => child.kill("SIGTERM");
    terminal.signal.addEventListener("abort", stop);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    terminal.signal.removeEventListener("abort", stop);
    if (terminal.signal.aborted) return 130;
    return code === 0 ? 0 : 1;
  },
});
