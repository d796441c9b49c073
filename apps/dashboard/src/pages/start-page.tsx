// The form that starts a search, by the questions that a person has: which images, how large, how long, who designs. All
// else is under "more". What can be chosen comes from the server, which has it from the same schemas as the command line.
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import type {
  AskedBefore,
  DataSurvey,
  OptionField,
  StartForm,
  TextCheck,
} from "../../../../src/dashboard/api.ts";
import { get, messageOf, post, useAsked } from "../api/client.ts";
import { formatCountExactly } from "../format.ts";
import { goTo, linkTo } from "../router.ts";
import { type Designer, DesignerQuestion } from "../start/designer-question.tsx";
import {
  fieldNamed,
  fieldOfError,
  isCount,
  keptOptions,
  membersOf,
  otherGroups,
  sizeFields,
} from "../start/form-fields.ts";
import { ImagesQuestion } from "../start/images-question.tsx";
import { fallbackLength, type LengthKind, LengthQuestion } from "../start/length-question.tsx";
import { MemberSelect } from "../start/member-select.tsx";
import { keptText } from "../text/kept-texts.ts";
import { StartText } from "../text/start-text.tsx";
import { OptionInput, type OptionValue } from "../ui/option-field.tsx";
import { Answer, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";

interface StartPageProps {
  readonly mayChange: boolean;
  /** The run that the form is filled in like. */
  readonly like: string | undefined;
  /** The text that was being written, to start from. */
  readonly text: string | undefined;
}

export function StartPage({ mayChange, like, text }: StartPageProps) {
  const asked = useAsked(
    async (signal) => ({
      like,
      form: await get("GET /api/form", { signal }),
      values:
        like === undefined ? undefined : await get("GET /api/runs/:id/asked", { places: [like], signal }),
    }),
    [like],
  );
  return (
    <>
      <Title text="Start a search" />
      <h1>Start a search</h1>
      <Answer asked={asked}>
        {({ form, values, like: of }) => (
          <Form key={`${of} ${text}`} form={form} given={values} written={text} mayChange={mayChange} />
        )}
      </Answer>
    </>
  );
}

type Values = Readonly<Record<string, OptionValue | undefined>>;
const memberFields = ["space", "strategy", "evaluator"] as const;

interface FormProps {
  readonly form: StartForm;
  readonly given: AskedBefore | undefined;
  readonly written: string | undefined;
  readonly mayChange: boolean;
}

function Form({ form, given, written, mayChange }: FormProps) {
  const [dataset, setDataset] = useState(given?.dataset ?? "digits");
  const [survey, setSurvey] = useState<DataSurvey>();
  const [ownText, setOwnText] = useState(() => (written === undefined ? undefined : keptText(written)));
  const [check, setCheck] = useState<TextCheck>();
  const [values, setValues] = useState<Values>(() => valuesOf(given));
  const [designer, setDesigner] = useState<Designer>(() => designerOf(given));
  const [kind, setKind] = useState<LengthKind>(given?.options.trials === undefined ? "minutes" : "trials");
  const [holds, setHolds] = useState(false);
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const place = useRef<HTMLFormElement>(null);
  const text = (name: string) => (typeof values[name] === "string" ? (values[name] as string) : "");
  const set = (name: string, value: OptionValue | undefined) => {
    setValues({ ...values, [name]: value });
    if (error !== undefined) setError(undefined);
  };
  const [chosen, strategy, evaluator] = memberFields.map(text) as [string, string, string];
  const space = ownText === undefined ? chosen : "";
  const groups = useAsked(
    (signal) =>
      get("GET /api/form/options", {
        query: membersOf(given, { space, strategy, evaluator }).query,
        signal,
      }),
    [space, strategy, evaluator],
  );
  const { files } = membersOf(given, { space, strategy, evaluator });
  const ofMembers = groups.state === "there" ? groups.reply.groups : [];
  const offered = useMemo(
    () => [...form.options, ...ofMembers.flatMap(({ options }) => options)],
    [form, ofMembers],
  );
  const isTable = form.datasets.some(({ name }) => name === dataset && name !== "digits");
  // What is looked up takes no time.
  const length = isTable ? "trials" : kind;
  const failed = error === undefined ? undefined : (fieldOfError(error, offered) ?? guessOf(error));
  const errorAt = (field: string) => (failed === field ? error : undefined);
  useEffect(() => {
    if (error !== undefined) place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [error]);
  const field = (option: OptionField) => (
    <OptionInput
      key={option.field}
      option={option}
      value={values[option.field]}
      error={errorAt(option.field) ?? problemOf(option, values[option.field])}
      onChange={(value) => set(option.field, value)}
    />
  );
  const named = (names: readonly string[]) =>
    names.flatMap((name) => fieldNamed(form.options, name) ?? []).map(field);
  const start = async () => {
    const options: Record<string, string | number | boolean> = {};
    const kept = keptOptions(given, { space, strategy, evaluator });
    for (const name of [...offered.map(({ field }) => field), ...kept, ...memberFields]) {
      const value = values[name];
      if (value !== undefined && value !== "") options[name] = value;
    }
    delete options.model;
    // The other length stands where it was written, and does not hold.
    delete options[length === "trials" ? "minutes" : "trials"];
    if (length === "trials") options.trials ??= fallbackLength.trials;
    if (ownText !== undefined) delete options.space;
    if (ownText !== undefined && (check === undefined || check.kind === "faults"))
      throw new Error("Your text has a mistake: correct it, or start from known networks.");
    if (designer !== "search") {
      options.model = designer === "me" ? "manual" : text("model");
      if (options.model === "")
        throw new Error("Name the model that designs, such as anthropic/… (--model).");
      if (strategy === "") options.strategy = designer === "me" ? "llm" : "hybrid";
    }
    const { id } = await post("POST /api/runs", {
      body: {
        ...(dataset !== "" && { dataset }),
        options,
        ...(ownText !== undefined && {
          text: { use: check?.kind === "space" ? ("space" as const) : ("start" as const), text: ownText },
        }),
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
    <form ref={place} className="start" onSubmit={submit} noValidate>
      <fieldset>
        <legend>Which images?</legend>
        <ImagesQuestion
          datasets={form.datasets}
          value={dataset}
          onChange={(value) => {
            setDataset(value);
            setSurvey(undefined);
            setError(undefined);
          }}
          onSurvey={setSurvey}
          error={errorAt("dataset")}
          mayChange={mayChange}
        />
      </fieldset>
      <fieldset>
        <legend>How large may the network be?</legend>
        <p className="soft">Numbers such as 20k or 1.5M; leave empty what does not matter.</p>
        <div className="fields">
          <MemberSelect
            label="for a device"
            about="Its RAM and flash are the limits."
            none="any"
            choices={form.devices}
            value={text("device")}
            onChange={(value) => set("device", value)}
          />
        </div>
        <div className="fields">{named(sizeFields)}</div>
      </fieldset>
      {!isTable && (
        <fieldset>
          <legend>Start from what?</legend>
          <StartText
            text={ownText}
            onText={setOwnText}
            onCheck={setCheck}
            dataset={dataset}
            survey={survey}
            values={values}
          />
        </fieldset>
      )}
      <fieldset>
        <legend>How long?</legend>
        <LengthQuestion
          kind={length}
          onKind={isTable ? undefined : setKind}
          value={values[length]}
          onValue={(value) => set(length, value)}
        >
          {named([length])}
        </LengthQuestion>
      </fieldset>
      <fieldset>
        <legend>Who designs?</legend>
        <DesignerQuestion
          form={form}
          designer={designer}
          onDesigner={setDesigner}
          model={text("model")}
          onModel={(model) => set("model", model)}
          calls={Number(values.trials) || 20}
          error={errorAt("model")}
        />
      </fieldset>
      <details className="group more">
        <summary>More</summary>
        <div className="fields">
          {ownText === undefined && (
            <MemberSelect
              label="space"
              about="The networks that may be proposed."
              choices={form.spaces}
              value={space}
              onChange={(value) => set("space", value)}
            />
          )}
          <MemberSelect
            label="strategy"
            about="How proposals are made."
            choices={form.strategies}
            value={strategy}
            onChange={(value) => set("strategy", value)}
          />
          <MemberSelect
            label="evaluator"
            about="Where accuracies come from: a table, or training."
            choices={form.evaluators}
            value={evaluator}
            onChange={(value) => set("evaluator", value)}
          />
        </div>
        {files.map((file) => (
          <p key={file} className="soft">
            The options of {file} are checked when the search starts.
          </p>
        ))}
        {groups.state === "failed" && <Notice>{groups.message}</Notice>}
        {[
          ...ofMembers.filter(({ options }) => options.length > 0),
          ...otherGroups(form.options, ["trials"]),
        ].map(({ title, options }) => (
          <section key={title} aria-label={title}>
            <h2>{title}</h2>
            <div className="fields">{options.map(field)}</div>
          </section>
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
      </details>
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

/** Written as a person does: 20k. */
const countFields = ["minParams", "maxParams", "minMacs", "maxMacs"];

const valuesOf = (given: FormProps["given"]): Values =>
  Object.fromEntries(
    Object.entries(given?.options ?? {}).map(([name, value]) => [
      name,
      typeof value !== "number"
        ? value
        : countFields.includes(name)
          ? formatCountExactly(value)
          : String(value),
    ]),
  );

function designerOf(given: FormProps["given"]): Designer {
  const model = given?.options.model;
  return model === undefined ? "search" : model === "manual" ? "me" : "model";
}

/** Errors that name no option are mostly about the data. */
const guessOf = (message: string): string | undefined =>
  /\b(folder|image|dataset|data set|no such file|does not exist|cannot be opened)/i.test(message)
    ? "dataset"
    : undefined;

const problemOf = (option: OptionField, value: OptionValue | undefined): string | undefined =>
  option.kind === "number" &&
  typeof value === "string" &&
  value !== "" &&
  !isCount(value) &&
  !/^-?[\d.]+(e-?\d+)?$/i.test(value)
    ? "Write a number, such as 20000 or 20k."
    : undefined;
