import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { checkProcesses, checkThreads } from "./at-once.ts";

const cores = availableParallelism();

test("what a machine can carry is allowed, and more is refused with the maximum and why", () => {
  checkProcesses("--parallel", Math.max(8, 4 * cores));
  checkThreads("--threads", cores);
  expect(() => checkProcesses("--parallel", 100_000)).toThrow(
    expect.objectContaining({
      code: "wrong-use",
      message: expect.stringMatching(
        /^--parallel must be at most \d+ on this machine, where each is a process of its own and all share \d+ cores?; 100000 was given\.$/,
      ),
    }),
  );
  expect(() => checkThreads("--threads", cores + 1)).toThrow(
    `--threads must be at most ${cores}, as many as this machine has cores; ${cores + 1} was given.`,
  );
});
