// A person's words about a run: its name, tags and a note. What was typed stays when it cannot be saved.
import { type FormEvent, useId, useState } from "react";
import type { RunSummary } from "../../../../src/dashboard/api.ts";
import { messageOf, post } from "../api/client.ts";
import { runName } from "../words.ts";

export function RunEdit({ run, onDone }: { readonly run: RunSummary; readonly onDone: () => void }) {
  const [label, setLabel] = useState(run.note?.label ?? "");
  const [tags, setTags] = useState((run.note?.tags ?? []).join(", "));
  const [text, setText] = useState(run.note?.text ?? "");
  const [error, setError] = useState<string>();
  const id = useId();
  const save = (event: FormEvent) => {
    event.preventDefault();
    const own = tags
      .split(",")
      .map((tag) => tag.trim())
      .filter((tag) => tag !== "");
    const { isArchived } = run.note ?? {};
    post("POST /api/runs/:id/note", {
      places: [run.id],
      body: { label, tags: own, text, ...(isArchived !== undefined && { isArchived }) },
    }).then(onDone, (thrown: unknown) => setError(messageOf(thrown)));
  };
  return (
    <form className="edit" onSubmit={save}>
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}-label`}>name</label>
          <input
            id={`${id}-label`}
            // biome-ignore lint/a11y/noAutofocus: the person has just asked for this form.
            autoFocus
            maxLength={120}
            placeholder={runName(run)}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-tags`}>tags, with commas between</label>
          <input id={`${id}-tags`} value={tags} onChange={(event) => setTags(event.target.value)} />
        </div>
        <div className="field">
          <label htmlFor={`${id}-text`}>note</label>
          <textarea
            id={`${id}-text`}
            rows={2}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      </div>
      <p className="actions">
        <button type="submit" className="main">
          Save
        </button>
        <button type="button" onClick={onDone}>
          Cancel
        </button>
        {error !== undefined && (
          <span role="alert" className="error">
            {error}
          </span>
        )}
      </p>
    </form>
  );
}
