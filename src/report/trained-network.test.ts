import fc from "fast-check";
import { expect, test } from "vitest";
import { toText } from "./markup.ts";
import { trainedNetworkBody } from "./trained-network.ts";

const text = (files: Parameters<typeof trainedNetworkBody>[0]) => {
  const body = trainedNetworkBody(files);
  return body === undefined ? undefined : toText(body);
};
const png = "data:image/png;base64,iVBORw0KGgo=";

test("shows the figures, the classes and the samples", () => {
  const shown = text({
    test: {
      accuracy01: 0.9912,
      testImages: 2000,
      latencyMs: 0.19,
      classes: [{ name: "seven", images: 214, accuracy01: 0.98 }],
      confusion: [[214]],
    },
    samples: [{ image: png, label: "seven", predicted: "one", probability01: 0.82 }],
  });
  for (const part of ["99.12 %", "0.19 ms", "seven", png, "✗ one (82.00 %)", "is seven"])
    expect(shown).toContain(part);
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
