import { describe, expect, test } from "vitest";
import { GeniusError } from "../../../base/errors.ts";
import type { RunSlurm } from "./commands.ts";
import { parseAccounts, parseQueue, watchQueue } from "./queue.ts";

// As squeue and sacct of Slurm 22.05 print them.
const queueText = `17|RUNNING|genius1|study-1|None
18|PENDING||study-2|Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions
19|COMPLETED|genius1|study-3|None
21|PENDING||study-1|Dependency
`;
const accountText = `5|CANCELLED by 1000|None|None assigned
6|NODE_FAIL|None|genius[1-2]
`;

function fakeCluster(answer: RunSlurm = async (program) => (program === "squeue" ? queueText : accountText)) {
  const calls: string[][] = [];
  let time = 0;
  const run: RunSlurm = (program, args) => {
    calls.push([program, ...args]);
    return answer(program, args);
  };
  const queue = watchQueue(run, { userId: 1000, maxAgeMs: 100, now: () => time });
  return {
    queue,
    calls,
    pass: (milliseconds: number) => {
      time += milliseconds;
    },
  };
}

test("reads what squeue prints", () => {
  const { byId, byName } = parseQueue(queueText);
  expect(byId.get("17")).toEqual({ id: "17", word: "RUNNING", node: "genius1", reason: "" });
  expect(byId.get("18")?.reason).toBe(
    "Nodes required for job are DOWN, DRAINED or reserved for jobs in higher priority partitions",
  );
  expect(byName.get("study-1")?.id).toBe("17");
  expect(byId.size).toBe(4);
});

test("reads what sacct prints", () => {
  expect(parseAccounts(accountText)).toEqual(
    new Map([
      ["5", { id: "5", word: "CANCELLED", reason: "by 1000", node: "" }],
      ["6", { id: "6", word: "NODE_FAIL", reason: "", node: "genius[1-2]" }],
    ]),
  );
});

describe("the queue", () => {
  test("one squeue answers for all who ask within its age", async () => {
    const { queue, calls, pass } = fakeCluster();
    await Promise.all(Array.from({ length: 50 }, () => queue.query()));
    pass(99);
    await queue.query();
    expect(calls).toHaveLength(1);
    pass(1);
    await queue.query();
    expect(calls).toHaveLength(2);
  });

  test("a fresh look begins after it was asked for, and one serves all who asked before", async () => {
    const { queue, calls } = fakeCluster();
    const first = queue.query();
    const others = Array.from({ length: 20 }, () => queue.query("fresh"));
    await Promise.all([first, ...others]);
    expect(calls.length).toBeLessThanOrEqual(2);
    await queue.query("fresh");
    expect(calls.length).toBeLessThanOrEqual(3);
  });

  test("a look that failed is not kept", async () => {
    let fails = true;
    const { queue } = fakeCluster(async () => {
      if (fails) throw new GeniusError("launcher-unreachable", "away");
      return queueText;
    });
    await expect(queue.query()).rejects.toThrow("away");
    fails = false;
    expect((await queue.query()).byId.size).toBe(4);
  });

  test("few calls of sacct answer for many forgotten jobs", async () => {
    const { queue, calls } = fakeCluster();
    const answers = await Promise.all(["5", "6", "7"].map((id) => queue.remembered(id)));
    expect(answers.map((job) => job?.word)).toEqual(["CANCELLED", "NODE_FAIL", undefined]);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain("--jobs=5,6,7");
  });

  test("a cluster without accounts is asked for them once", async () => {
    const { queue, calls } = fakeCluster(async () => {
      throw new GeniusError("launcher-refused", "Slurm accounting storage is disabled");
    });
    expect(await queue.remembered("5")).toBeUndefined();
    expect(await queue.remembered("6")).toBeUndefined();
    expect(calls).toHaveLength(1);
  });
});
