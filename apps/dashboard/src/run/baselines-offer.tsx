// A button that runs what the run is compared with, so that a verdict takes the place of "no baseline yet". What is run and how
// long it takes is said before; it is followed and stopped as a search is.
import { post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { together } from "../format.ts";
import { Act, Notice } from "../ui/pieces.tsx";
import { sentence } from "./trial-words.ts";

const labels = { lookUp: "Run the baselines", train: "Train a known network as long" } as const;

export function BaselinesOffer({ mayChange }: { readonly mayChange: boolean }) {
  const { detail } = useRunData();
  const { offer } = detail;
  const last = detail.notes.findLast(({ about }) => about === "baselines");
  if (offer === undefined) return null;
  return (
    <div className="offer">
      {last !== undefined && <Notice>{sentence(last.text)}</Notice>}
      {mayChange && (
        <Act
          label={labels[offer.kind]}
          act={() => post("POST /api/runs/:id/baselines", { places: [detail.id], body: {} })}
          done="under way"
        />
      )}
      <p className="soft">
        {mayChange ? "" : "What it can be compared with, by who has the token of this dashboard: "}
        {together(offer.words)}.
      </p>
    </div>
  );
}
