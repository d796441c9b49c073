// What a view is called in the window and in the list of tabs.
import { useEffect } from "react";

/** The window's title while a view is shown. */
export function Title({ text }: { readonly text: string }) {
  useEffect(() => {
    document.title = `${text} – GENIUS`;
  }, [text]);
  return null;
}
