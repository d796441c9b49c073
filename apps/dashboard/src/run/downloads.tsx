// The finished model, and whatever else the run can hand over.
import type { RunDetail } from "../../../../src/dashboard/api.ts";
import { addressWithToken } from "../api/client.ts";
import { useRunData } from "../api/use-run.ts";
import { linkTo } from "../router.ts";

const trainedWords: Readonly<Record<string, string>> = {
  "model.onnx": "the model, with normalisation and class names inside",
  "model.int8.onnx": "the model in 8 bits, for onnxruntime",
  "model.int8.tflite": "the model in 8 bits, for TFLite and TFLite Micro",
  "int8.json": "what its 8-bit files are written from",
  "weights.safetensors": "its weights, for PyTorch",
  "model.py": "its code for PyTorch",
  "test.json": "how it did on the test data, class by class",
  "samples.json": "some of its predictions",
};

/** One button for the model, and the other files one step further. */
export function Downloads() {
  const { detail } = useRunData();
  const { trained } = detail;
  const hasModel = trained?.files.includes("model.onnx");
  return (
    <>
      {hasModel && (
        <a
          className="button main"
          href={addressWithToken("GET /api/runs/:id/trained/:name", [detail.id, "model.onnx"], {})}
          download
        >
          Download the model
        </a>
      )}
      <a
        className="button"
        href={addressWithToken("GET /api/runs/:id/download", [detail.id], { what: "report.html" })}
        download
      >
        Download the report
      </a>
      <a className="button" href={linkTo(["run", detail.id, "about"])}>
        All files
      </a>
    </>
  );
}

export function TrainedFiles({ trained }: { readonly trained: NonNullable<RunDetail["trained"]> }) {
  const { detail } = useRunData();
  return (
    <ul>
      {trained.files.map((name) => (
        <li key={name}>
          <a href={addressWithToken("GET /api/runs/:id/trained/:name", [detail.id, name], {})} download>
            {name}
          </a>
          {trainedWords[name] !== undefined && <span className="soft"> – {trainedWords[name]}</span>}
        </li>
      ))}
    </ul>
  );
}
