// The form that starts a search. What can be chosen, every option and every default come from the server, which has them
// from the same schemas as the command line.
import { type FormEvent, useId, useState } from "react";
import type { Choice, OptionField, StartForm } from "../../../../src/dashboard/api.ts";
import { get, messageOf, post, useAsked } from "../api/client.ts";
import { goTo, linkTo } from "../router.ts";
import { OptionInput, type OptionValue } from "../ui/option-field.tsx";
import { Answer, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";

export function StartPage({ mayChange }: { readonly mayChange: boolean }) {
  const asked = useAsked((signal) => get("GET /api/form", { signal }), []);
  return (
    <>
      <Title text="Start a search" />
      <h1>Start a search</h1>
      <p className="soft">
        Name the images, a budget, and who proposes. GENIUS keeps to the limits, trains or looks up what is
        proposed, and gives you the best network.
      </p>
      <Answer asked={asked}>{(form) => <Form form={form} mayChange={mayChange} />}</Answer>
    </>
  );
}

const chosenFields = ["space", "strategy", "evaluator", "model"] as const;
type ChosenField = (typeof chosenFields)[number];

function Form({ form, mayChange }: { readonly form: StartForm; readonly mayChange: boolean }) {
  const [dataset, setDataset] = useState("");
  const [chosen, setChosen] = useState<Readonly<Record<ChosenField, string>>>({
    space: "",
    strategy: "",
    evaluator: "",
    model: "",
  });
  const [values, setValues] = useState<Readonly<Record<string, OptionValue | undefined>>>({});
  const [holds, setHolds] = useState(false);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const { space, strategy, evaluator } = chosen;
  const groups = useAsked(
    (signal) =>
      get("GET /api/form/options", {
        query: {
          ...(space !== "" && { space }),
          ...(strategy !== "" && { strategy }),
          ...(evaluator !== "" && { evaluator }),
        },
        signal,
      }),
    [space, strategy, evaluator],
  );
  const own = form.options.filter(
    ({ field }) => !(chosenFields as readonly string[]).includes(field) && field !== "dataset",
  );
  const ofMembers = groups.state === "there" ? groups.reply.groups : [];
  const needsModel = form.strategies.find(({ name }) => name === strategy)?.model ?? "optional";
  const field = (option: OptionField) => (
    <OptionInput
      key={option.field}
      option={option}
      value={values[option.field]}
      onChange={(value) => setValues({ ...values, [option.field]: value })}
    />
  );
  const start = async () => {
    const offered = [...own, ...ofMembers.flatMap(({ options }) => options)];
    const options: Record<string, string | number | boolean> = {};
    for (const { field } of offered) {
      const value = values[field];
      if (value !== undefined) options[field] = value;
    }
    for (const name of chosenFields) if (chosen[name] !== "") options[name] = chosen[name];
    const { id } = await post("POST /api/runs", {
      body: {
        ...(dataset !== "" && { dataset }),
        options,
        ...(holds && { turns: [{ kind: "hold", on: true } as const] }),
      },
    });
    goTo(linkTo(["run", id]));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    start().catch((thrown: unknown) => {
      setError(messageOf(thrown));
      setBusy(false);
    });
  };
  return (
    <form onSubmit={submit}>
      <fieldset>
        <legend>What to search for</legend>
        <div className="fields">
          <Suggest
            label="data set"
            about="A name from the list, or a folder on the machine where genius dashboard runs. Not needed for a replayed conversation."
            choices={form.datasets}
            value={dataset}
            onChange={setDataset}
          />
          <Member
            label="space"
            about="The networks that may be proposed."
            choices={form.spaces}
            value={space}
            onChange={(value) => setChosen({ ...chosen, space: value })}
          />
          <Member
            label="strategy"
            about="Who proposes."
            choices={form.strategies}
            value={strategy}
            onChange={(value) => setChosen({ ...chosen, strategy: value })}
          />
          <Member
            label="evaluator"
            about="Where accuracies come from: a table, or training."
            choices={form.evaluators}
            value={evaluator}
            onChange={(value) => setChosen({ ...chosen, evaluator: value })}
          />
          {needsModel !== "none" && (
            <Suggest
              label={needsModel === "required" ? "model (needed)" : "model"}
              about="The language model that proposes; “manual” lets you answer yourself."
              choices={form.models.map(({ usage, summary }) => ({ name: usage, summary }))}
              value={chosen.model}
              onChange={(value) => setChosen({ ...chosen, model: value })}
            />
          )}
        </div>
      </fieldset>
      <fieldset>
        <legend>Budget, limits and the rest</legend>
        <div className="fields">{own.map(field)}</div>
      </fieldset>
      {groups.state === "failed" && <Notice>{groups.message}</Notice>}
      {ofMembers
        .filter(({ options }) => options.length > 0)
        .map(({ title, options }) => (
          <details key={title} className="group">
            <summary>{title}</summary>
            <div className="fields">{options.map(field)}</div>
          </details>
        ))}
      <div className="field check">
        <input
          id="hold"
          type="checkbox"
          checked={holds}
          onChange={(event) => setHolds(event.target.checked)}
          aria-describedby="hold-about"
        />
        <label htmlFor="hold">hold every proposal for me</label>
        <p id="hold-about" className="soft">
          Each proposal waits until you let it go, as it is or changed. You find it under “Your turn”.
        </p>
      </div>
      <p className="actions">
        <button type="submit" className="main" disabled={!mayChange || isBusy}>
          Start the search
        </button>
        <span role="status" className="soft">
          {isBusy
            ? "Starting…"
            : mayChange
              ? ""
              : "This page was opened without its token, so it cannot start anything."}
        </span>
      </p>
      {error !== undefined && (
        <p role="alert" className="error">
          {error}
        </p>
      )}
    </form>
  );
}

interface MemberProps {
  readonly label: string;
  readonly about: string;
  readonly choices: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Member({ label, about, choices, value, onChange }: MemberProps) {
  const id = useId();
  const summary = choices.find(({ name }) => name === value)?.summary;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      >
        <option value="">as suits the data set</option>
        {choices.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <p id={`${id}-about`} className="soft">
        {summary ?? about}
      </p>
    </div>
  );
}

function Suggest({ label, about, choices, value, onChange }: MemberProps) {
  const id = useId();
  const summary = choices.find(({ name }) => name === value)?.summary;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        list={`${id}-list`}
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-about`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${id}-list`}>
        {choices.map(({ name, summary }) => (
          // Published tables of two spaces may be on one data set.
          <option key={`${name} ${summary}`} value={name}>
            {summary}
          </option>
        ))}
      </datalist>
      <p id={`${id}-about`} className="soft">
        {summary ?? about}
      </p>
    </div>
  );
}
