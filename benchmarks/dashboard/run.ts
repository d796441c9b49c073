// How long the dashboard's server takes to open runs and to give their first page, beside the bare JSON.parse of the same
// bytes in the same process, which is the least that reading can take. Processor time, since a busy machine's clock
// says little.
//
//   node benchmarks/dashboard/make-runs.ts /tmp/runs && node benchmarks/dashboard/run.ts /tmp/runs
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { trialColumns } from "../../src/dashboard/views/trials.ts";
import { createRunStore } from "../../src/runs/run-store.ts";
import { summaryOf } from "../../src/runs/summary.ts";

const [folder = "."] = process.argv.slice(2);

async function measured<T>(work: () => T | Promise<T>): Promise<{ value: T; cpuMs: number; wallMs: number }> {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const value = await work();
  const { user, system } = process.cpuUsage(cpu);
  return { value, cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
}

const store = createRunStore(folder);
for (const id of ["trials-10000", "lines-100000"]) {
  const text = await readFile(join(folder, id, "journal.jsonl"), "utf8");
  const parse = await measured(() => {
    for (const line of text.split("\n")) if (line !== "") JSON.parse(line);
  });
  const open = await measured(() => store.open(id));
  const run = open.value;
  const first = await measured(() =>
    JSON.stringify({ columns: trialColumns(run, 0, 20_000), summary: summaryOf(run) }),
  );
  const again = await measured(() => run.refresh());
  const row = (name: string, { cpuMs, wallMs }: { cpuMs: number; wallMs: number }) =>
    `  ${name.padEnd(34)} ${cpuMs.toFixed(0).padStart(6)} ms CPU  ${wallMs.toFixed(0).padStart(6)} ms wall  ${(cpuMs / parse.cpuMs).toFixed(2).padStart(5)} × JSON.parse`;
  console.log(
    [
      `${id}: ${run.journal.rows.length + 1} lines, ${(text.length / 1e6).toFixed(1)} MB`,
      row("JSON.parse of every line", parse),
      row("opened: read, checked, kept", open),
      row("first rows and summary as JSON", first),
      `  ${"of that, bytes sent".padEnd(34)} ${(first.value.length / 1e6).toFixed(2)} MB`,
      row("looked at again, nothing new", again),
      `  heap in use ${(process.memoryUsage().heapUsed / 1e6).toFixed(0)} MB`,
    ].join("\n"),
  );
}
