// The frame around every view: the way back to all runs, the theme, and which view the address asks for.
import type { ReactNode } from "react";
import type { About } from "../../../src/dashboard/api.ts";
import { splitIds } from "../../../src/dashboard/run-ids.ts";
import { get, useAsked } from "./api/client.ts";
import { ComparePage } from "./pages/compare-page.tsx";
import { RunsPage } from "./pages/runs-page.tsx";
import { StartPage } from "./pages/start-page.tsx";
import { linkTo, usePlace } from "./router.ts";
import { RunPage } from "./run/run-page.tsx";
import { TextPage } from "./text/text-page.tsx";
import { chooseTheme, type ThemeChoice, useThemeChoice } from "./theme.ts";
import { Notice } from "./ui/pieces.tsx";
import { Title } from "./ui/title.tsx";

export function App() {
  const { parts, query } = usePlace();
  const asked = useAsked((signal) => get("GET /api/about", { signal }), []);
  const about = asked.state === "there" ? asked.reply : undefined;
  return (
    <>
      <button type="button" className="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <header className="bar">
        <a className="brand" href={linkTo([])}>
          GENIUS
        </a>
        <nav aria-label="Pages" className="actions">
          <a href={linkTo([])} aria-current={parts.length === 0 ? "page" : undefined}>
            All runs
          </a>
          <a href={linkTo(["start"])} aria-current={parts[0] === "start" ? "page" : undefined}>
            Start a search
          </a>
          <a href={linkTo(["text"])} aria-current={parts[0] === "text" ? "page" : undefined}>
            Write a network
          </a>
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1}>
        {asked.state === "failed" && <Notice>{asked.message}</Notice>}
        {about?.mayChange === false && (
          <Notice>
            You can look but not change anything: this page was opened without its token. To start and stop
            searches, open the address that <code>genius dashboard</code> printed.
          </Notice>
        )}
        <View parts={parts} query={query} about={about} />
      </main>
    </>
  );
}

function View({
  parts,
  query,
  about,
}: ReturnType<typeof usePlace> & { readonly about: About | undefined }): ReactNode {
  const mayChange = about?.mayChange ?? false;
  switch (parts[0]) {
    case undefined:
      return <RunsPage mayChange={mayChange} about={about} />;
    case "start":
      return (
        <StartPage
          mayChange={mayChange}
          like={query.get("like") ?? undefined}
          text={query.get("text") ?? undefined}
        />
      );
    case "text":
      return <TextPage query={query} mayChange={mayChange} />;
    case "compare":
      return <ComparePage ids={splitIds(query.get("runs") ?? "")} />;
    case "run":
      if (parts[1] !== undefined)
        return (
          <RunPage
            key={parts[1]}
            id={parts[1]}
            tab={parts[2] ?? "overview"}
            query={query}
            mayChange={mayChange}
          />
        );
      return <Lost />;
    default:
      return <Lost />;
  }
}

function Lost() {
  return (
    <>
      <Title text="There is nothing here" />
      <h1>There is nothing here</h1>
      <p>
        The address names no view. <a href={linkTo([])}>All runs</a>
      </p>
    </>
  );
}

const themes: readonly (readonly [ThemeChoice, string])[] = [
  ["system", "as the system"],
  ["light", "light"],
  ["dark", "dark"],
];

function ThemeSwitch() {
  const choice = useThemeChoice();
  return (
    <label className="push">
      Colours
      <select
        value={choice}
        onChange={(event) => {
          const next = themes.find(([name]) => name === event.target.value);
          if (next !== undefined) chooseTheme(next[0]);
        }}
      >
        {themes.map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
