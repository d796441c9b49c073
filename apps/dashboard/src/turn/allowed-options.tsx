// Which options a decision may still have: one pins it, some forbid the others, all free it.
import { useId, useState } from "react";
import { messageOf, post } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";

export function AllowedOptions({ canChange }: { readonly canChange: boolean }) {
  const { detail } = useRunData();
  const { decisions = [], inForce } = detail;
  const [name, setName] = useState("");
  const id = useId();
  const decision = decisions.find((entry) => entry.name === name) ?? decisions[0];
  const allowedOf = (of: string, count: number) =>
    inForce.allowed.find((entry) => entry.decision === of)?.options ??
    Array.from({ length: count }, (_, option) => option);
  return (
    <section aria-label="Pin or forbid">
      <h3>Pin or forbid</h3>
      {inForce.allowed.length === 0 ? (
        <p className="soft">Every decision may have any of its options.</p>
      ) : (
        <ul>
          {inForce.allowed.map(({ decision, options }) => {
            const labels = decisions.find((entry) => entry.name === decision)?.options ?? [];
            return (
              <li key={decision}>
                {decision}: {options.length === 1 ? "pinned to" : "only"}{" "}
                {options.map((option) => labels[option] ?? option).join(", ")}
              </li>
            );
          })}
        </ul>
      )}
      {canChange && decision !== undefined && (
        <>
          <div className="field">
            <label htmlFor={id}>decision</label>
            <select id={id} value={decision.name} onChange={(event) => setName(event.target.value)}>
              {decisions.map((entry) => (
                <option key={entry.name}>{entry.name}</option>
              ))}
            </select>
            <p className="soft">{decision.meaning}</p>
          </div>
          <Allow
            key={`${decision.name}/${JSON.stringify(allowedOf(decision.name, decision.options.length))}`}
            decision={decision.name}
            labels={decision.options}
            allowed={allowedOf(decision.name, decision.options.length)}
          />
        </>
      )}
    </section>
  );
}

interface AllowProps {
  readonly decision: string;
  readonly labels: readonly string[];
  readonly allowed: readonly number[];
}

function Allow({ decision, labels, allowed }: AllowProps) {
  const { detail } = useRunData();
  const [chosen, setChosen] = useState<readonly number[]>(allowed);
  const [state, setState] = useState("");
  const send = async () => {
    setState("…");
    try {
      await post("POST /api/runs/:id/turns", {
        places: [detail.id],
        body: { kind: "allow", decision, options: chosen },
      });
      setState("from the next proposal on");
    } catch (thrown) {
      setState(messageOf(thrown));
    }
  };
  const isSame = chosen.length === allowed.length && chosen.every((option) => allowed.includes(option));
  return (
    <fieldset>
      <legend>{decision} may be</legend>
      <div className="actions">
        {labels.map((label, option) => (
          <label key={label}>
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={(event) =>
                setChosen(
                  event.target.checked
                    ? [...chosen, option].sort((a, b) => a - b)
                    : chosen.filter((other) => other !== option),
                )
              }
            />{" "}
            {label}
          </label>
        ))}
      </div>
      <p className="actions">
        <button type="button" disabled={chosen.length === 0 || isSame} onClick={() => void send()}>
          {chosen.length === 1
            ? "Pin it"
            : chosen.length === labels.length
              ? "Allow all"
              : "Allow only these"}
        </button>
        <span role="status" className="soft">
          {chosen.length === 0 ? "Leave at least one." : state}
        </span>
      </p>
    </fieldset>
  );
}
