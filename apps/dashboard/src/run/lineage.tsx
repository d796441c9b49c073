// How the best came to be: each trial that was better than all before it, and what it changed of the one that it followed.
import { choicesAt } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { formatChange, formatCount, formatScore } from "../format.ts";
import { linkTo } from "../router.ts";
import { improvements } from "./best-so-far.ts";
import { nameAt } from "./trial-words.ts";

/** Said in the list; of more only their number. */
const maxChanges = 4;

export function Lineage() {
  const { detail, trials } = useRunData();
  const { columns } = trials;
  const steps = improvements(trials, "evaluations").filter(
    (step, place, all) => step.score !== all[place - 1]?.score,
  );
  if (steps.length < 2) return null;
  return (
    <details>
      <summary>
        <h3 className="inline">How the best came to be</h3>
      </summary>
      <p className="soft">
        Each trial that was better than all before it, and how its design differs from the one before in this
        list. Strategies need not have made it from that one.
      </p>
      <ol className="lineage">
        {steps.map((step, place) => {
          const row = columns.rowOf.get(step.trial)!;
          const before = steps[place - 1];
          return (
            <li key={step.trial}>
              <a href={linkTo(["run", detail.id, "trials"], { trial: step.trial })}>Trial {step.trial}</a>:{" "}
              <strong>{formatScore(detail.metric, step.score)}</strong>
              {before !== undefined && ` (${formatChange(detail.metric, step.score - before.score)})`},{" "}
              {formatCount(columns.paramCount[row]!)} parameters, by <bdi>{columns.by[row]}</bdi>{" "}
              <code>{nameAt(detail, trials, row)}</code>
              {before !== undefined && (
                <p className="soft wrap">
                  {changes(before.trial, row)}{" "}
                  <a
                    href={linkTo(["run", detail.id, "network"], { trial: step.trial, against: before.trial })}
                  >
                    beside trial {before.trial}
                  </a>
                </p>
              )}
            </li>
          );
        })}
      </ol>
    </details>
  );

  function changes(before: number, row: number): string {
    const from = choicesAt(trials, columns.rowOf.get(before)!);
    const to = choicesAt(trials, row);
    if (from.length === 0 || from.length !== to.length) return "Another network altogether;";
    const all = to.flatMap((choice, place) => {
      if (choice === from[place]) return [];
      const { name, options } = detail.decisions?.[place] ?? { name: `decision ${place + 1}`, options: [] };
      const word = (option: number | undefined) => options[option ?? -1] ?? String(option);
      return [`${name}: ${word(from[place])} → ${word(choice)}`];
    });
    const more = all.length - maxChanges;
    return `${all.slice(0, maxChanges).join("; ")}${more > 0 ? ` and ${more} more` : ""};`;
  }
}
