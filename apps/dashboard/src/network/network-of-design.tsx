// The network that a design stands for, as the server makes and counts it, drawn.
import { get, useAsked } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { Answer } from "../ui/pieces.tsx";
import { NetworkPicture } from "./network-picture.tsx";

/** Of a trial, or of choices that need not be any trial's. */
export function NetworkOfDesign({
  choices,
  trial,
}: {
  readonly choices: readonly number[];
  /** Its network may be from outside the space, and have no choices. */
  readonly trial?: number | undefined;
}) {
  const { detail } = useRunData();
  const query = trial === undefined ? { choices: digitsOf(choices, detail.firstDigit) } : { trial };
  const asks = JSON.stringify(query);
  const isKnown = detail.decisions !== undefined && (choices.length > 0 || trial !== undefined);
  const asked = useAsked(
    isKnown
      ? (signal) => get("GET /api/runs/:id/network", { places: [detail.id], query, signal })
      : undefined,
    [detail.id, asks, isKnown],
  );
  if (!isKnown)
    return (
      <p>
        {choices.length === 0 && trial === undefined
          ? "There is no design to draw."
          : "The space is not known here, so the network is not drawn."}
      </p>
    );
  return (
    <Answer asked={asked}>{(view) => <NetworkPicture stages={view.stages} input={view.inputShape} />}</Answer>
  );
}

/** Choices as the server reads them: the options' digits with commas. */
export const digitsOf = (choices: readonly number[], firstDigit: 0 | 1): string =>
  choices.map((choice) => choice + firstDigit).join(",");
