// A network's text to edit: of a trial, of the space that a model wrote, or one's own; to save, and to start a search from.
import { useState } from "react";
import type { TextCheck } from "../../../../src/dashboard/api.ts";
import { get, useAsked } from "../api/client.ts";
import { linkTo } from "../router.ts";
import { Answer, Notice } from "../ui/pieces.tsx";
import { Title } from "../ui/title.tsx";
import { exampleText, keepText, keptText } from "./kept-texts.ts";
import { TextEditor } from "./text-editor.tsx";

interface TextPageProps {
  readonly query: URLSearchParams;
  readonly mayChange: boolean;
}

/** `run` and `trial` name the text's origin; `of=space` is the space that a model wrote for it. */
export function TextPage({ query, mayChange }: TextPageProps) {
  const [run, trial] = [query.get("run") ?? undefined, Number(query.get("trial")) || undefined];
  const isSpace = query.get("of") === "space";
  const name = run === undefined || trial === undefined ? "own" : `${run}/${trial}${isSpace ? "/space" : ""}`;
  const asked = useAsked(
    async (signal) => {
      const kept = keptText(name);
      if (run === undefined || trial === undefined)
        return { name, original: undefined, like: undefined, first: kept ?? exampleText };
      const places = [run];
      const [view, { tabular }] = await Promise.all([
        get("GET /api/runs/:id/network", { places, query: { trial }, signal }),
        get("GET /api/runs/:id", { places, signal }),
      ]);
      const original = isSpace ? view.authored?.text : view.text;
      return {
        ...{ name, original, first: kept ?? original },
        // A published table knows no other networks: a search from one of its designs needs images.
        like: tabular ? undefined : run,
      };
    },
    [name],
  );
  const title =
    trial === undefined ? "Write a network" : `Edit the ${isSpace ? "space" : "network"} of trial ${trial}`;
  return (
    <>
      <Title text={title} />
      <h1>{title}</h1>
      {run !== undefined && (
        <p>
          <a href={linkTo(["run", run, "network"], { trial })}>Back to its run</a>, whose images and limits it
          is measured by.
        </p>
      )}
      {!mayChange && <Notice>Texts are read by the server only for who has its token.</Notice>}
      <Answer asked={asked}>
        {({ first, original, like, name: of }) =>
          first === undefined ? (
            <Notice>No text can say this network.</Notice>
          ) : (
            <Editor key={of} of={of} run={run} like={like} first={first} original={original} />
          )
        }
      </Answer>
    </>
  );
}

interface EditorProps {
  readonly of: string;
  readonly run: string | undefined;
  /** The run that the form is filled in like. */
  readonly like?: string | undefined;
  readonly first: string;
  readonly original?: string | undefined;
}

function Editor({ of, run, like, first, original }: EditorProps) {
  const [text, setText] = useState(first);
  const [check, setCheck] = useState<TextCheck>();
  const change = (next: string) => {
    setText(next);
    keepText(of, next);
  };
  return (
    <>
      <p className="actions">
        <button type="button" onClick={() => save(text)}>
          Save as .txt
        </button>
        {check !== undefined && check.kind !== "faults" && (
          <a
            className="button main"
            href={linkTo(["start"], { like, text: of })}
            onClick={() => keepText(of, text)}
          >
            {check.kind === "space" ? "Search in this space" : "Start a search from it"}
          </a>
        )}
        {original !== undefined && original !== text && (
          <button type="button" onClick={() => change(original)}>
            As it was
          </button>
        )}
      </p>
      <TextEditor
        label={check?.kind === "space" ? "the space as a text" : "the network as a text"}
        text={text}
        original={original}
        onChange={change}
        setting={run === undefined ? {} : { run }}
        onCheck={setCheck}
      />
    </>
  );
}

function save(text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${/^[ \t]*name[ \t]+([A-Za-z][\w-]*)/m.exec(text)?.[1] ?? "net"}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
