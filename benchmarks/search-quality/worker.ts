// A worker thread: searches on one table, one seed after another, as it is told.
import { parentPort, workerData } from "node:worker_threads";
import { loadStrategy } from "../../src/catalog/load.ts";
import { simulate } from "./simulate.ts";
import { type BenchmarkTable, benchmarkTables, type NumberedTable, openNumbered } from "./tables.ts";

export interface Job {
  readonly table: string;
  /** A strategy's name, with options after a colon: `gp:start=random`. */
  readonly strategy: string;
  readonly seed: number;
}

const { evaluations, relabelled, byTime } = workerData as {
  readonly evaluations: number;
  readonly relabelled: boolean;
  readonly byTime: boolean;
};
let open: { readonly name: string; readonly table: NumberedTable } | undefined;

parentPort?.on("message", async (job: Job) => {
  if (open?.name !== job.table) {
    const found = benchmarkTables.find(({ name }) => name === job.table) as BenchmarkTable;
    open = { name: job.table, table: await openNumbered(found) };
  }
  const [name, given] = job.strategy.split(":") as [string, string | undefined];
  const options = Object.fromEntries(
    (given?.split(",") ?? []).map((each) => {
      const [key, value] = each.split("=") as [string, string];
      return [
        key,
        /^-?[\d.]+$/.test(value)
          ? Number(value)
          : value === "true"
            ? true
            : value === "false"
              ? false
              : value,
      ];
    }),
  );
  const strategy = await loadStrategy(name);
  const { table } = open;
  const trace = await simulate({
    strategy,
    options,
    table,
    seed: job.seed,
    evaluations,
    relabelled,
    ...(byTime && { trainings: evaluations }),
  });
  parentPort?.postMessage({ job, trace });
});
