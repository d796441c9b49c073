// A run whose every free text tries to run script: its folder's name, the task, who proposed, the reasons, the keys, the
// notes, and the replies and prompts of its conversation.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

export const poison = `<img src=x onerror="window.hacked=1">{a|<script>window.hacked=1<-script>}`;

/** Clears a terminal, reorders, hides, and a word that is read from right to left. */
const acting = "\u001b[2J\u202egnp\u2066\u200b\u{e0041} \u05e9\u05dc\u05d5\u05dd";

/** Made from the replayed run beside it. */
export async function makeHostileRun(folder: string): Promise<void> {
  const from = join(folder, "replay");
  const to = join(folder, poison);
  await mkdir(to);
  for (const file of ["journal.jsonl", "conversation.jsonl"]) {
    const lines = (await readFile(join(from, file), "utf8")).trim().split("\n");
    const poisoned = lines.map((line) => JSON.stringify(poisonTexts(JSON.parse(line))));
    await writeFile(join(to, file), `${poisoned.join("\n")}\n`);
  }
}

/** Texts that the program itself chooses from, which a reader checks. */
const checked = new Set([
  ...["kind", "format", "space", "evaluator", "dataset", "strategy", "model", "identity", "time", "reason"],
  ...["quantity", "bound", "from", "role", "finishReason", "about", "selectedOn", "key"],
]);

function poisonTexts(value: unknown, name = ""): unknown {
  // The metric is checked whole.
  if (name === "metric") return value;
  if (typeof value === "string") return checked.has(name) ? value : `${poison}${acting} ${value}`;
  if (Array.isArray(value)) return value.map((entry) => poisonTexts(entry, name));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, poisonTexts(inner, key)]));
}
