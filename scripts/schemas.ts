// Writes trainer/genius_trainer/schema/*.json: the JSON schemas of jobs, splits, events and results, made from the zod
// schemas that GENIUS itself uses, so that both languages have one source. `--check` only compares.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { z } from "zod";
import { torchEvent, torchJob, torchSplit } from "../src/evaluators/torch/job.ts";
import { supernetEvent, supernetJob, supernetResult } from "../src/features/weight-sharing/job.ts";
import { format } from "./format.ts";

const folder = new URL("../trainer/genius_trainer/schema/", import.meta.url);
const checks = process.argv.includes("--check");
await mkdir(folder, { recursive: true });
const schemas = {
  job: torchJob,
  split: torchSplit,
  event: torchEvent,
  "supernet-job": supernetJob,
  "supernet-event": supernetEvent,
  "supernet-result": supernetResult,
};
for (const [name, schema] of Object.entries(schemas)) {
  const path = `trainer/genius_trainer/schema/${name}.json`;
  const file = new URL(`${name}.json`, folder);
  const text = await format(JSON.stringify(z.toJSONSchema(schema)), path);
  const present = await readFile(file, "utf8").catch(() => "");
  if (present === text) continue;
  if (checks) {
    console.error(`${path} is stale. Run \`npm run catalog\` and commit it.`);
    process.exit(1);
  }
  await writeFile(file, text);
}
