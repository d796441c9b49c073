// One member of the catalog: what a list shows, and how to get the rest.

export interface Entry<Definition> {
  readonly summary: string;
  readonly source: string;
  /** For strategies: whether they need a language model. */
  readonly model?: "required" | "optional" | "none";
  /** For strategies: `images` where one trains on images itself. */
  readonly needs?: "images" | "training";
  load(): Promise<Definition>;
}
