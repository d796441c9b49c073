import fc from "fast-check";
import { expect, test } from "vitest";
import { metricOf } from "../metrics/index.ts";
import macroF1 from "../metrics/macro-f1.ts";
import { toText } from "./markup.ts";
import { trainedNetworkBody } from "./trained-network.ts";

const text = (...given: Parameters<typeof trainedNetworkBody>) => {
  const body = trainedNetworkBody(...given);
  return body === undefined ? undefined : toText(body);
};
const png = "data:image/png;base64,iVBORw0KGgo=";

test("shows the figures, the classes and the samples", () => {
  const shown = text({
    test: {
      accuracy01: 0.9912,
      testImages: 2000,
      latencyMs: 0.19,
      classes: [
        { name: "seven", images: 214, accuracy01: 0.98 },
        { name: "never tested", images: 0, accuracy01: null },
      ],
      confusion: [[214]],
    },
    samples: [{ image: png, label: "seven", predicted: "one", probability01: 0.82 }],
  });
  for (const part of ["99.12 %", "0.19 ms", "seven", png, "never tested", "✗ one (82.00 %)", "is: seven"])
    expect(shown?.replaceAll("\u00a0", " ")).toContain(part);
});

test("shows the metric that the run selected on, with accuracy only where it was measured", () => {
  const int8 = { test: { "macro-f1": 0.81 }, latencyMs: 0.1, modelBytes: 1000 };
  const shown = text({ test: { metrics: { "macro-f1": 0.82 }, int8 } }, metricOf(macroF1));
  for (const part of ["macro-F1 on test data", "0.820", "0.810 on test data (−0.010)"])
    expect(shown).toContain(part);
  expect(shown).not.toContain("accuracy");
});

test("without files, or with files of another form, there is no section", () => {
  expect(text({})).toBeUndefined();
  expect(
    text({
      test: { accuracy01: 7 },
      samples: [{ image: "https://elsewhere/x.png", label: "", predicted: "", probability01: 0 }],
    }),
  ).toBeUndefined();
});

test("class names and images from a file cannot become markup", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const hostile = `${name}<script>alert(1)</script>"'`;
      const shown = text({
        test: { accuracy01: 1, classes: [{ name: hostile, images: 1, accuracy01: 1 }] },
        samples: [{ image: png, label: hostile, predicted: hostile, probability01: 1 }],
      });
      expect(shown).not.toContain("<script>");
    }),
  );
  expect(
    text({ samples: [{ image: `${png}" onerror="alert(1)`, label: "a", predicted: "a", probability01: 1 }] }),
  ).toBeUndefined();
});
