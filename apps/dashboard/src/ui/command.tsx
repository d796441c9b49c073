// A command to be typed: an option stays beside its value, and no line ends at a hyphen inside of it.
import { Fragment } from "react";

export function Command({ text }: { readonly text: string }) {
  return (
    <code className="command">
      {text.split(/ (?=--?[a-z])/).map((part, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place; two may be alike.
        <Fragment key={place}>
          {place > 0 && " "}
          <span>{part}</span>
        </Fragment>
      ))}
    </code>
  );
}
