// The table of trade-offs on trials whose front can be seen by eye.
import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { loadDevice } from "../catalog/devices.ts";
import type { RecordedCost } from "../search/constraints/domain.ts";
import type { Trial } from "../search/trial.ts";
import type { StudyConfig } from "../study/journal-lines.ts";
import { exampleRun, space } from "./fixtures/run.ts";
import { finishCommand, tradeOffRemark, tradeOffTable } from "./trade-off.ts";

const given = exampleRun();

function tableOf(
  limits: Record<string, number | string>,
  rows: readonly (readonly [score: number, cost: Partial<RecordedCost>, latencyMs?: number])[],
  more: Partial<StudyConfig> = {},
) {
  const trials = rows.map(
    ([score, cost, latencyMs], index): Trial => ({
      number: index + 1,
      proposal: { choices: [index % 3, 0, 0, 0, 0, 0, 0, 0], fidelity: {}, by: "random" },
      outcome: {
        ...{ kind: "scored", score, metrics: { accuracy: score }, spent: { milliseconds: 1 } },
        ...(latencyMs !== undefined && { latencyMs }),
      },
      cost: { paramCount: 1000, macCount: 1000, ...cost },
    }),
  );
  const { record } = given;
  const header = { ...record.header, config: { ...record.header.config, limits, ...more } };
  return tradeOffTable({ record: { ...record, header, trials }, space });
}

test("with a device the front is of accuracy, RAM and flash, best first", () => {
  const { columns, rows } = tableOf({ maxRamBytes: 65_536, precision: "int8" }, [
    [0.8, { ramBytes: 2048, flashBytes: 4096 }],
    [0.9, { ramBytes: 4096, flashBytes: 8192 }],
    // Worse than the second in everything.
    [0.85, { ramBytes: 5120, flashBytes: 8192 }],
    // Equal to the first: the earlier one stays.
    [0.8, { ramBytes: 2048, flashBytes: 4096 }],
    // Least flash.
    [0.5, { ramBytes: 4096, flashBytes: 1024 }],
  ]);
  expect(columns.slice(2)).toEqual(["accuracy in the search", "RAM", "flash"]);
  expect(rows.map((row) => row[0])).toEqual([2, 1, 5]);
  expect(rows[0]!.slice(1)).toEqual(["8-layer depthwise", "90.00 %", "4 KiB", "8 KiB"]);
});

test("one of them is trained to its end by a command, where anything is trained", () => {
  expect(finishCommand({ tabular: false, folder: "runs/my run" })).toBe(
    "genius finish 'runs/my run' --trial N",
  );
  expect(finishCommand({ tabular: true, folder: "runs/my run" })).toBeUndefined();
});

test("for a device the latency is the predicted one, and says so; a command's is measured", () => {
  const device = loadDevice("stm32f746") as unknown as JsonObject;
  const rows = [
    [0.8, { ramBytes: 1024, flashBytes: 1024, macCount: 1e6 }, 0.1],
    [0.9, { ramBytes: 2048, flashBytes: 1024, macCount: 12_501_632 }, 0.2],
  ] as const;
  const limits = { maxRamBytes: 65_536 };
  const predicted = tableOf(limits, rows, { device });
  expect(predicted.columns[5]).toBe("latency on stm32f746, predicted");
  expect(predicted.rows[0]![5]).toMatch(/^about \d\d ms$/);
  expect(tradeOffRemark({ ...given.record.header.config, limits, device })).toMatch(
    /^The latency on stm32f746 is predicted from MACs .* off by up to ×1\.\d \(/,
  );
  const evaluatorOptions = { measure: "ssh pi ./run {model}" };
  const measured = tableOf(limits, rows, { device, evaluatorOptions });
  expect(measured.columns[5]).toBe("latency, measured by --measure");
  expect(measured.rows[0]![5]).toBe("0.2 ms");
  expect(tradeOffRemark({ ...given.record.header.config, limits, device, evaluatorOptions })).toBeUndefined();
  expect(tableOf(limits, rows).columns[5]).toBe("latency on the machine that searched");
});

test("a latency counts where every design has one", () => {
  const limits = { maxFlashBytes: 65_536 };
  const cost = { ramBytes: 1024, flashBytes: 1024 };
  expect(
    tableOf(limits, [
      [0.8, cost, 3],
      [0.9, cost, 5],
    ]).rows.map((row) => row[0]),
  ).toEqual([2, 1]);
  expect(
    tableOf(limits, [
      [0.8, cost, 3],
      [0.9, cost],
    ]).rows.map((row) => row[0]),
  ).toEqual([2]);
});

test("without a device it is of parameters and MACs; one design is no choice", () => {
  const { columns, rows } = tableOf({}, [
    [0.8, { macCount: 500 }],
    [0.9, {}],
    [0.7, { paramCount: 2000 }],
  ]);
  expect(columns.slice(3, 5)).toEqual(["parameters", "MACs"]);
  expect(rows.map((row) => row[0])).toEqual([2, 1]);
  expect(tableOf({}, [[0.8, {}]]).rows).toEqual([]);
});
