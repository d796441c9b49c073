// The network of a trial, small, beside a chart: drawn as the reader rests on its point.
import { useDeferredValue } from "react";
import { hasNetwork } from "../api/trial-table.ts";
import { useRunData } from "../api/use-run.ts";
import { linkTo } from "../router.ts";
import { trialInLines } from "../run/trial-words.ts";
import { NetworkOfDesign } from "./network-of-design.tsx";

export function NetworkOfTrial({ trial }: { readonly trial: number }) {
  const { detail, trials } = useRunData();
  const shown = useDeferredValue(trial);
  const row = trials.columns.rowOf.get(shown);
  const [name, ...facts] = trialInLines(detail, trials, shown);
  return (
    <>
      <h3 className="wrap">{name}</h3>
      <p className="soft">
        {facts.join("; ")} ·{" "}
        <a href={linkTo(["run", detail.id, "trials"], { trial: shown })}>all of this trial</a>
      </p>
      <NetworkOfDesign
        choices={[]}
        trial={row !== undefined && hasNetwork(trials, row) ? shown : undefined}
      />
    </>
  );
}
