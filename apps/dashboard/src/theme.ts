// Light, dark, or as the reader's system has it. The colours are those of the report, so that both are one product;
// the style sheet holds the same values (page-parts.test.ts compares them), charts on a canvas take them from here.
import { useSyncExternalStore } from "react";
import { palettes, type Theme } from "../../../src/report/charts/chart.ts";

export type ThemeChoice = "system" | Theme;
export type Palette = (typeof palettes)[Theme];

const key = "genius-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const read = (): ThemeChoice => {
  const stored = localStorage.getItem(key);
  return stored === "light" || stored === "dark" ? stored : "system";
};

let choice = read();

function apply(): void {
  if (choice === "system") document.documentElement.removeAttribute("data-theme");
  else document.documentElement.setAttribute("data-theme", choice);
  for (const listener of listeners) listener();
}

export function chooseTheme(next: ThemeChoice): void {
  choice = next;
  if (next === "system") localStorage.removeItem(key);
  else localStorage.setItem(key, next);
  apply();
}

/** Call once, before the first paint. */
export function startTheme(): void {
  dark.addEventListener("change", apply);
  apply();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useThemeChoice = (): ThemeChoice => useSyncExternalStore(subscribe, () => choice);

const current = (): Theme => (choice === "system" ? (dark.matches ? "dark" : "light") : choice);

export const usePalette = (): Palette => palettes[useSyncExternalStore(subscribe, current)];
