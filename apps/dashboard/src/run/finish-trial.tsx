// Any trial of a run, trained to its end by a button: as `genius finish DIR --trial N` does it, beside the run. What it left can be
// downloaded where the button was.
import { quote } from "../../../../src/base/shell.ts";
import type { Apart } from "../../../../src/dashboard/api.ts";
import { addressWithToken, post } from "../api/client.ts";
import type { ApartTrials } from "../api/use-apart.ts";
import { useRunData } from "../api/use-run.ts";
import { formatScore, metricWords } from "../format.ts";
import { Command } from "../ui/command.tsx";
import { Act } from "../ui/pieces.tsx";
import { RunTime } from "./run-time.tsx";

interface FinishTrialProps {
  readonly trial: number;
  readonly apart: ApartTrials;
  readonly mayChange: boolean;
  /** For a cell of a table: the button without its explanation. */
  readonly isShort?: boolean;
}

export function FinishTrial({ trial, apart, mayChange, isShort = false }: FinishTrialProps) {
  const { detail } = useRunData();
  if (detail.tabular || apart.of === undefined) return null;
  if (detail.trained?.trial === trial)
    return <p className="soft">{isShort ? "by the search" : "The search has trained it to its end."}</p>;
  const known = apart.of.get(trial);
  if (known !== undefined) return <Done known={known} isShort={isShort} />;
  if (!mayChange) return <Command text={`genius finish ${quote(detail.folder)} --trial ${trial}`} />;
  if (detail.state === "running") return <Busy isShort={isShort} />;
  const length = detail.minutes === undefined ? "as the search trains its best" : `for ${detail.minutes} min`;
  return (
    <p className="actions">
      <Act
        label={
          <>
            Train <span className={isShort ? "hidden" : undefined}>trial {trial} </span>to its end
          </>
        }
        act={() => post("POST /api/runs/:id/trials/:number/finish", { places: [detail.id, trial], body: {} })}
        done="under way"
      />
      {!isShort && (
        <span className="soft">On this machine, {length}, and tested once. The run stays as it is.</span>
      )}
    </p>
  );
}

/** One thing at a time is done in the folder of a run. */
function Busy({ isShort }: { readonly isShort: boolean }) {
  const { live } = useRunData();
  if (live?.beside === undefined || isShort)
    return (
      <p className="soft">{live?.beside === undefined ? "once the search has ended" : "one at a time"}</p>
    );
  return (
    <>
      <p>Beside the run: {live.beside.words}</p>
      {live.time !== undefined && <RunTime time={live.time} />}
    </>
  );
}

function Done({ known, isShort }: { readonly known: Apart; readonly isShort: boolean }) {
  const { detail } = useRunData();
  const { metric } = detail;
  const { trial, score, files } = known;
  const figure = score === undefined ? undefined : `${formatScore(metric, score)} on test data`;
  return (
    <div>
      <p>
        {isShort ? (
          <strong>{figure ?? "not measured"}</strong>
        ) : (
          <>
            Trained to its end:{" "}
            <strong>{figure === undefined ? "not measured" : `${metricWords(metric)} ${figure}`}</strong>
          </>
        )}
      </p>
      <p className="actions">
        {(isShort ? files.filter((name) => name === "model.onnx") : files).map((name) => (
          <a
            key={name}
            href={addressWithToken(
              "GET /api/runs/:id/trials/:number/trained/:name",
              [detail.id, trial, name],
              {},
            )}
            download
          >
            {name}
          </a>
        ))}
      </p>
    </div>
  );
}
