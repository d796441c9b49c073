// Where a search begins: with the networks that are known, or with a text of the person's own, which is read for the images and limits
// of the form.
import { useMemo } from "react";
import type { DataSurvey, TextCheck } from "../../../../src/dashboard/api.ts";
import { post, useAsked } from "../api/client.ts";
import { Pick } from "../ui/pieces.tsx";
import { exampleText, keepText } from "./kept-texts.ts";
import { TextEditor } from "./text-editor.tsx";

const origins = [
  ["known", "known networks"],
  ["own", "a text of my own"],
] as const;

/** Of the form's options, those that limit a network. */
const limitFields = [
  ...["maxParams", "minParams", "maxMacs", "minMacs", "maxRam", "maxFlash"],
  ...["precision", "device"],
];

interface StartTextProps {
  readonly text: string | undefined;
  readonly onText: (text: string | undefined) => void;
  readonly onCheck: (check: TextCheck | undefined) => void;
  readonly dataset: string;
  readonly survey: DataSurvey | undefined;
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

export function StartText({ text, onText, onCheck, dataset, survey, values }: StartTextProps) {
  const isAsked = text !== undefined && survey === undefined && dataset === "digits";
  const digits = useAsked(isAsked ? () => post("POST /api/form/data", { body: { dataset } }) : undefined, [
    isAsked,
  ]);
  const known = survey ?? (isAsked && digits.state === "there" ? digits.reply : undefined);
  const limits = JSON.stringify(
    Object.fromEntries(limitFields.flatMap((name) => (values[name] ? [[name, String(values[name])]] : []))),
  );
  const setting = useMemo(
    () => ({
      limits: JSON.parse(limits) as Record<string, string>,
      ...(known !== undefined && { input: known.shape, classCount: known.classes.length }),
    }),
    [limits, known],
  );
  return (
    <>
      <Pick
        label="start"
        isLabelled={false}
        options={origins}
        value={text === undefined ? "known" : "own"}
        onPick={(origin) => onText(origin === "known" ? undefined : (text ?? exampleText))}
      />
      {text === undefined ? (
        <p className="soft">Hand-designed networks that are fitted to the limits.</p>
      ) : (
        <>
          <p className="soft">
            A network is searched around and is what every result is compared with; a text with alternatives
            in braces is the space.{" "}
            {known === undefined && !isAsked && "Look at the images above to have it read for them."}
          </p>
          <TextEditor
            label="your text"
            text={text}
            onChange={(next) => {
              keepText("own", next);
              onText(next);
            }}
            setting={setting}
            isFolded
            onCheck={onCheck}
          />
        </>
      )}
    </>
  );
}
