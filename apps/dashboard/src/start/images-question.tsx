// Which images: a name or a folder, chosen from the folders of the machine, and what GENIUS understands of it.
import { useId, useState } from "react";
import type { Choice, DataSurvey } from "../../../../src/dashboard/api.ts";
import { messageOf, post } from "../api/client.ts";
import { shapeText } from "../format.ts";
import { DataTable } from "../ui/data-table.tsx";
import { Notice } from "../ui/pieces.tsx";
import { FolderPicker } from "./folder-picker.tsx";

interface ImagesQuestionProps {
  readonly datasets: readonly Choice[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSurvey: (survey: DataSurvey | undefined) => void;
  readonly error: string | undefined;
  readonly mayChange: boolean;
}

type Looked = { readonly of: string } & (
  | { readonly state: "busy" }
  | { readonly state: "there"; readonly survey: DataSurvey }
  | { readonly state: "failed"; readonly message: string }
);

export function ImagesQuestion(props: ImagesQuestionProps) {
  const { datasets, value, onChange, onSurvey, error, mayChange } = props;
  const id = useId();
  const [isPicking, setPicking] = useState(false);
  const [looked, setLooked] = useState<Looked>();
  const known = datasets.find(({ name }) => name === value);
  const isTable = known !== undefined && known.name !== "digits";
  const look = (dataset: string) => {
    setLooked({ of: dataset, state: "busy" });
    post("POST /api/form/data", { body: { dataset } }).then(
      (survey) => {
        setLooked({ of: dataset, state: "there", survey });
        onSurvey(survey);
      },
      (thrown: unknown) => setLooked({ of: dataset, state: "failed", message: messageOf(thrown) }),
    );
  };
  const shown = looked?.of === value ? looked : undefined;
  return (
    <>
      <div className="row">
        <div className="field wide">
          <label htmlFor={id}>images</label>
          <input
            id={id}
            list={`${id}-list`}
            value={value}
            autoComplete="off"
            spellCheck={false}
            placeholder="digits, or a folder such as /home/me/photos"
            aria-describedby={`${id}-about`}
            aria-invalid={error !== undefined}
            onChange={(event) => onChange(event.target.value)}
          />
          <datalist id={`${id}-list`}>
            {datasets.map(({ name, summary }) => (
              // Published tables of two spaces may be on one data set.
              <option key={`${name} ${summary}`} value={name}>
                {summary}
              </option>
            ))}
          </datalist>
        </div>
        {mayChange && (
          <div className="actions">
            <button type="button" aria-expanded={isPicking} onClick={() => setPicking(!isPicking)}>
              Choose a folder
            </button>
            {!isTable && (
              <button
                type="button"
                disabled={value === "" || shown?.state === "busy"}
                onClick={() => look(value)}
              >
                Look at the images
              </button>
            )}
          </div>
        )}
      </div>
      <p id={`${id}-about`} className={error === undefined ? "soft" : "error"}>
        {error ??
          known?.summary ??
          "A folder with one folder of images for each class, on the machine where genius dashboard runs; or a name from the list."}
      </p>
      {isPicking && (
        <FolderPicker
          start={known === undefined ? value : ""}
          onPick={(path) => {
            setPicking(false);
            onChange(path);
            look(path);
          }}
        />
      )}
      {shown?.state === "busy" && (
        <p className="soft" role="status">
          Looking at every image…
        </p>
      )}
      {shown?.state === "failed" && <Notice>{shown.message}</Notice>}
      {shown?.state === "there" && <Survey survey={shown.survey} />}
    </>
  );
}

function Survey({ survey }: { readonly survey: DataSurvey }) {
  const { classes, shape, storedSizes, remarks, samples } = survey;
  const sum = (read: (one: DataSurvey["classes"][number]) => number) =>
    classes.reduce((total, one) => total + read(one), 0);
  const hasValidation = classes.some(({ validationCount }) => validationCount > 0);
  return (
    <section aria-label="What is in the images" className="survey">
      <p>
        <strong>
          {classes.length} classes, {sum(({ trainCount }) => trainCount).toLocaleString("en")} images to train
          on and {sum(({ testCount }) => testCount).toLocaleString("en")} to test on
        </strong>{" "}
        <span className="soft">
          stored at {storedSizes.smallest} to {storedSizes.largest} pixels, trained at {shapeText(shape)}
        </span>
      </p>
      <div className="samples">
        {samples.map(({ label, images }) => (
          <figure key={label}>
            {images.map((image, place) => (
              <img
                key={image}
                src={image}
                width="48"
                height="48"
                alt={`Number ${place + 1} of class ${label}`}
              />
            ))}
            <figcaption>
              <bdi>{label}</bdi>
            </figcaption>
          </figure>
        ))}
      </div>
      {remarks.length > 0 && (
        <ul>
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      <details>
        <summary>Images of each class</summary>
        <DataTable
          label="Images of each class"
          data={{
            columns: ["class", "training", ...(hasValidation ? ["validation"] : []), "test"],
            rows: classes.map((one) => [
              one.name,
              one.trainCount,
              ...(hasValidation ? [one.validationCount] : []),
              one.testCount,
            ]),
          }}
        />
      </details>
    </section>
  );
}
