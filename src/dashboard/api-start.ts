// The form that starts a search: a part of the contract in api.ts, which tells the rules. Plain JSON and types only.
import type { Turn } from "./api-live.ts";

export interface StartForm {
  readonly datasets: readonly Choice[];
  readonly spaces: readonly Choice[];
  readonly strategies: readonly (Choice & { readonly model: "required" | "optional" | "none" })[];
  readonly evaluators: readonly Choice[];
  /** Devices whose RAM and flash may be the limits. */
  readonly devices: readonly Choice[];
  readonly models: readonly (Choice & { readonly usage: string })[];
  /** The search's own options: trials, limits, seed, caps … */
  readonly options: readonly OptionField[];
}

export interface Choice {
  readonly name: string;
  readonly summary: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionField[];
}

/** A field of a form, from the option's schema. */
export interface OptionField {
  /** The key in `StartRequest.options`. */
  readonly field: string;
  /** As on the command line: `--max-params`. */
  readonly flag: string;
  readonly kind: "text" | "number" | "yes-no" | "choice";
  readonly choices?: readonly string[];
  readonly description: string;
  readonly fallback?: string | number | boolean;
  readonly placeholder?: string;
}

export interface StartRequest {
  /** A name from `datasets`, or a path on the server's machine; absent with a replayed transcript. */
  readonly dataset?: string;
  /** By `OptionField.field`: the search's own and the members' options, `space`, `strategy`, `evaluator`, `model` among them. */
  readonly options: Readonly<Record<string, string | number | boolean>>;
  /** Turns that are there from the first proposal on, such as `hold`. */
  readonly turns?: readonly Turn[];
  /** A text of the language to search around (`start`) or in (`space`); then `options` name no space. */
  readonly text?: OwnText;
}

export interface OwnText {
  readonly use: "start" | "space";
  readonly text: string;
}

/** The run is there when its journal is; a search that cannot start answers 400 with its own words. */
export interface Started {
  readonly id: string;
}

/** What was understood of images, before anything is trained on them. */
export interface DataSurvey {
  readonly name: string;
  /** `[channels, height, width]` that trainings take. */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly storedSizes: { readonly smallest: string; readonly largest: string };
  readonly classes: readonly {
    readonly name: string;
    readonly trainCount: number;
    readonly validationCount: number;
    readonly testCount: number;
  }[];
  /** What was found and done about it, in words. */
  readonly remarks: readonly string[];
  /** Of the first classes: images as PNG data addresses. */
  readonly samples: readonly { readonly label: string; readonly images: readonly string[] }[];
}

/** A folder of the server's machine, to choose from. */
export interface FolderView {
  readonly path: string;
  readonly parent: string | null;
  /** Names of the folders in it. */
  readonly folders: readonly string[];
  /** Files in it, of any kind. */
  readonly fileCount: number;
}

/** About what a model will cost. `usd` is absent where its price is not known. */
export interface PriceEstimate {
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly usd?: number;
}

/** What a run was asked. */
export interface AskedBefore extends Required<Pick<StartRequest, "dataset" | "options">> {
  /** Names in `options` of those of a member that is a file, which the form does not offer. */
  readonly optionsOfFiles: Readonly<Partial<Record<"space" | "strategy" | "evaluator", readonly string[]>>>;
}
