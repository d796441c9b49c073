// Says what a search's language model does besides answering: what its server refuses, which space it wrote, when it is not asked any more,
// and at the end how many of its answers were used. Events and journal are told the same, once.
import { answersInWords } from "../search/model-answers.ts";
import { worthInWords } from "../search/model-worth.ts";
import { stopInWords } from "../search/race/stopped.ts";
import type { Trial } from "../search/trial.ts";
import type { Journal } from "../study/journal.ts";
import type { Assembly } from "./assemble.ts";
import type { SearchEvent } from "./search-events.ts";

export interface ModelWatch {
  /** To be called with every new trial. */
  trial(trial: Trial): void;
  /** Resolves when all that was said is in the journal; with the study's trials, says what became of the answers. */
  end(trials?: readonly Trial[]): Promise<void>;
}

export function watchModel({
  parts: { conversation },
  recorded,
  journal,
  tell,
}: {
  readonly parts: Pick<Assembly, "conversation">;
  /** Trials of earlier sittings. */
  readonly recorded: readonly Trial[];
  readonly journal: Pick<Journal, "addNote">;
  readonly tell: (event: SearchEvent) => void;
}): ModelWatch {
  let told = conversation?.warnings.length ?? 0;
  let kept: Promise<void> = Promise.resolve();
  const say = (text: string) => {
    tell({ kind: "note", about: "model", text });
    kept = kept.then(() => journal.addNote({ about: "warning", text }));
    kept.catch(() => {});
  };
  const tellWarnings = () => {
    const warnings = conversation?.warnings ?? [];
    for (const text of warnings.slice(told)) say(text);
    told = warnings.length;
  };
  const spaces = new Set(recorded.flatMap(({ proposal }) => proposal.authored?.text ?? []));
  const tellSpace = ({ number, proposal: { authored, call } }: Trial) => {
    if (authored === undefined || call === undefined) return;
    const who = conversation?.model === "manual" ? "You" : "The model";
    const isNew = !spaces.has(authored.text);
    const what = spaces.size === 0 ? "wrote a space" : isNew ? "wrote another space" : "kept the space";
    spaces.add(authored.text);
    const reasons = isNew && authored.reasons !== "" ? ` Reasons (claims): ${authored.reasons}` : "";
    say(`${who} ${what}${isNew ? `, which is searched from trial ${number} on` : ""}.${reasons}`);
  };
  return {
    trial(trial) {
      const { proposal } = trial;
      tellWarnings();
      tellSpace(trial);
      for (const stop of proposal.stops ?? []) say(stopInWords(stop));
      if (proposal.modelEnded !== undefined)
        say(`The model is not asked any more: ${proposal.modelEnded}. The search continues without it.`);
    },
    async end(trials) {
      tellWarnings();
      const words = trials && [answersInWords(trials.map(({ proposal }) => proposal)), worthInWords(trials)];
      for (const sentence of words ?? []) if (sentence !== undefined) say(sentence);
      await kept;
    },
  };
}
