// What the report of an audit must say, on a small measurement whose figures can be worked out by hand.
import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { expect, test } from "vitest";
import { variantKinds } from "../../search/space-variant.ts";
import { auditMarkdown, auditPage, auditResult } from "./audit-report.ts";
import type { AuditMeasurement, AuditSearch } from "./measurement.ts";

const audit: AuditMeasurement = {
  space: "nas-bench-macro",
  dataset: "cifar10",
  selectedOn: "test",
  model: "compatible/<script>alert(1)</script>",
  designCount: 6561,
  trials: 2,
  seeds: 5,
  trivialGuesses: [{ name: "the design of most MACs", designs: ["22222222"], percentile: 90 }],
  searches: variantKinds.flatMap((variant) =>
    [1, 2, 3, 4, 5].map((seed): AuditSearch => {
      const percentiles = variant === "own-names" || variant === "inverted" ? [99, 98] : [50, 60];
      return {
        variant,
        seed,
        firstDesign: "11111111",
        percentiles,
        unreadable: variant === "permuted" ? 1 : 0,
      };
    }),
  ),
  rankings: variantKinds
    .filter((variant) => variant !== "inverted")
    .map((variant) => ({
      variant,
      // Twenty pairs, all of the better design A.
      pairs: Array.from({ length: 20 }, (_, index) => ({
        better: "A" as const,
        moreMacs: index % 2 === 0 ? ("A" as const) : ("B" as const),
        largerDigits: null,
      })),
      answers: Array.from({ length: 20 }, (_, index) => (variant === "own-names" || index < 5 ? "A" : "B")),
      unreadable: 0,
    })),
  stoppedBy: null,
};
const input = {
  audit,
  command: "genius audit contamination --space nas-bench-macro",
  provenance: { genius: "0.1.0" },
  spent: "7 calls",
};

test("the page says verdict, rule and figures, and what a model is called cannot run", () => {
  const page = auditPage(input).replaceAll("\u00a0", " ");
  expect(page).toContain("There are clear signs that compatible/&lt;script&gt;");
  expect(page).not.toContain("<script");
  expect(page).toContain(
    "right with the published names 100.0 (95 %: 83.9 to 100.0) %, with the task hidden 25.0",
  );
  expect(page).toContain("a clear sign (by chance");
  expect(page).toContain("the later half of the 2 designs truly stands at percentile 98.00");
  expect(page).toContain("Below 0.05 is a sign, below 0.01 a clear sign");
  expect(page).toContain("This table has test figures only");
  const tables: DefaultTreeAdapterTypes.Element[] = [];
  const walk = (node: DefaultTreeAdapterTypes.Node) => {
    if (node.nodeName === "table") tables.push(node as DefaultTreeAdapterTypes.Element);
    if ("childNodes" in node) node.childNodes.forEach(walk);
  };
  walk(parse(page));
  expect(tables.length).toBe(6);
});

test("Markdown has a row for every variant, and the rules beside them", () => {
  const markdown = auditMarkdown(input);
  expect(markdown).toContain("| own-names | 20 | 100.0 (95 %: 83.9 to 100.0)");
  expect(markdown).toContain("| permuted | 20 | 25.0");
  expect(markdown).toContain("| rule: more MACs is better | 80 | 50.0");
  expect(markdown).toContain("| rule: larger digits are better | 80 | 50.0");
  // Under inverted the goal is the truly worst: 99 and 98 are 1 and 2 towards it.
  expect(markdown).toMatch(/\| inverted \| 5 \| 1\.00 .*? \| 2\.00 .*? \| 1\.00 /);
  expect(markdown).toMatch(/\| permuted \| 5 \| 50\.00 .*? \| 60\.00 .*? \| 10\.00 .*? \| 5 \|/);
  expect(markdown).not.toContain("<script");
});

test("an audit that was stopped says so, and gives no verdict", () => {
  const stopped = {
    ...audit,
    searches: audit.searches.slice(0, 5),
    rankings: [],
    stoppedBy: "The budget is used up.",
  };
  const result = auditResult({ ...input, audit: stopped });
  expect(result.verdict).toBe("undecided");
  expect(result.sentence).toMatch(/^Too little was measured to say whether/);
  expect(result.notes[0]).toContain("not complete: The budget is used up.");
  expect(auditMarkdown({ ...input, audit: { ...stopped, searches: [] } })).toContain(
    "Too little was measured",
  );
  expect(auditPage({ ...input, audit: { ...stopped, searches: [] } })).toContain("Too little was measured");
});

test("replies that could not be read are told", () => {
  const answers = audit.rankings[0]!.pairs.map(() => null);
  const rankings = audit.rankings.map((ranking) =>
    ranking.variant === "own-names" ? { ...ranking, answers, unreadable: 20 } : ranking,
  );
  const { notes, evidence } = auditResult({ ...input, audit: { ...audit, rankings } });
  expect(notes).toContain("20 of 20 judgements under own-names could not be read.");
  expect(evidence.find(({ name }) => name === "pairs")?.p).toBeNull();
});
