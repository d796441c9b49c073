// The folders of the server's machine, one level at a time, to choose one from.
import { useEffect, useState } from "react";
import type { FolderView } from "../../../../src/dashboard/api.ts";
import { messageOf, post } from "../api/client.ts";
import { plural } from "../format.ts";
import { Notice } from "../ui/pieces.tsx";

interface FolderPickerProps {
  /** Where to begin; empty: where the server was started. */
  readonly start: string;
  readonly onPick: (path: string) => void;
}

export function FolderPicker({ start, onPick }: FolderPickerProps) {
  const [view, setView] = useState<FolderView>();
  const [problem, setProblem] = useState<string>();
  const open = (path: string) => {
    setProblem(undefined);
    post("POST /api/form/folders", { body: { path } }).then(setView, (thrown: unknown) => {
      setProblem(messageOf(thrown));
      // A name that is no folder: begin where the server is.
      if (view === undefined && path !== "") open("");
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it begins once.
  useEffect(() => open(start), []);
  return (
    <section className="picker" aria-label="Folders">
      {problem !== undefined && <Notice>{problem}</Notice>}
      {view !== undefined && (
        <>
          <p className="wrap">
            <bdi>{view.path}</bdi>{" "}
            <span className="soft">
              {plural(view.folders.length, "folder")}, {plural(view.fileCount, "file")}
            </span>
          </p>
          <p className="actions">
            <button type="button" className="main" onClick={() => onPick(view.path)}>
              Use this folder
            </button>
            {view.parent !== null && (
              <button type="button" onClick={() => open(view.parent ?? "")}>
                ↑ One up
              </button>
            )}
          </p>
          <ul className="folders">
            {view.folders.map((name) => (
              <li key={name}>
                <button type="button" onClick={() => open(`${view.path.replace(/\/$/, "")}/${name}`)}>
                  <bdi>{name}</bdi>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
