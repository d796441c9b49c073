// A person who answers in the model's place from a page: the question is in the run's live file, and the answer arrives in
// its inbox. The counterpart of the terminal for `--model manual`.
import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Answerer } from "../llm/index.ts";
import { listInbox, removeItem } from "./inbox.ts";
import type { LiveWriter } from "./live-file.ts";

const pollMs = 200;

export function createInboxAnswerer(folder: string, live: LiveWriter): Answerer {
  return {
    async answer({ purpose, prompt }, signal) {
      const id = randomUUID();
      const question = { id, purpose, prompt, since: new Date().toISOString() };
      live.update((before) => ({ ...before, question }));
      try {
        for (;;) {
          for (const item of await listInbox(folder)) {
            if (item.turn?.kind !== "answer") continue;
            // An answer to an earlier question is of no use to anyone.
            await removeItem(folder, item.id);
            if (item.turn.question === id) return item.turn.text;
          }
          await wait(pollMs, undefined, { signal });
        }
      } finally {
        live.update(({ question: _, ...rest }) => rest);
      }
    },
    close() {},
  };
}
