// A network from the image to the class scores: stages, and in them blocks with what they do, their shape, and their
// parameters and multiply–accumulates. The same picture as in the report, but of text that can be selected,
// read aloud, and folded to the width of a telephone.
import type { CSSProperties } from "react";
import type { BlockView, StageView } from "../../../../src/dashboard/api.ts";
import { formatCount, shapeText } from "../format.ts";

interface NetworkPictureProps {
  readonly stages: readonly StageView[];
  readonly input: readonly number[];
  /** Of the network beside it: the bars and boxes of both have one scale. */
  readonly beside?: readonly StageView[] | undefined;
}

/** Even the narrowest box has room for its words, in percent. */
const narrowest = 72;

export function NetworkPicture({ stages, input, beside = [] }: NetworkPictureProps) {
  const blocks = stages.flatMap((stage) => stage.blocks);
  const measured = [...blocks, ...beside.flatMap((stage) => stage.blocks)];
  const widest = Math.max(...measured.map((block) => block.outputShape[0]));
  const most = {
    paramCount: Math.max(1, ...measured.map((block) => block.paramCount)),
    macCount: Math.max(1, ...measured.map((block) => block.macCount)),
  };
  const spread = (block: BlockView) =>
    narrowest + (100 - narrowest) * (Math.log(1 + block.outputShape[0]) / Math.log(1 + widest));
  return (
    <div className="network">
      <p className="end">input {shapeText(input)}</p>
      <ol className="stages">
        {stages.map((stage, series) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a stage is its place; two may have one name.
          <li key={series} className={`stage s${series % 8}`}>
            <span className="name">{stage.name}</span>
            <ol>
              {stage.blocks.map((block) => {
                const isNew = block.difference === "changed" || block.difference === "only-here";
                return (
                  <li key={block.name} className={`block${isNew ? " new" : ""}`}>
                    <div
                      className={`box${block.residual ? " residual" : ""}`}
                      style={{ width: `${spread(block)}%` }}
                    >
                      <strong>
                        {block.count > 1 ? `${block.name} (${block.count} alike)` : block.name}
                        {isNew && (
                          <span className="badge warn">
                            {block.difference === "changed" ? "differs" : "only here"}
                          </span>
                        )}
                      </strong>
                      <span className="what">{block.description}</span>
                    </div>
                    <span className="shape">
                      <span className="term">output</span> {shapeText(block.outputShape)}
                    </span>
                    <Amount name="parameters" value={block.paramCount} most={most.paramCount} />
                    <Amount name="MACs" value={block.macCount} most={most.macCount} />
                  </li>
                );
              })}
            </ol>
          </li>
        ))}
      </ol>
      <p className="end">↓ class scores</p>
      <p className="soft">
        From the image at the top to the class scores. A box is as wide as its output has channels
        (logarithmic). Bars compare parameters and MACs (multiply–accumulates, the multiplications for one
        image) with those of the largest block{beside.length > 0 && " of both networks"}.
        {blocks.some((block) => block.residual) &&
          " A bracket at the left: the block's input is added to its output."}
      </p>
    </div>
  );
}

/** A figure, and a bar beside the largest of its kind. */
function Amount({
  name,
  value,
  most,
}: {
  readonly name: string;
  readonly value: number;
  readonly most: number;
}) {
  const bar: CSSProperties = { width: `${(value / most) * 100}%` };
  return (
    <span className="amount">
      <span className="term">{name}</span> {formatCount(value)}
      <span className="bar-of" style={bar} />
    </span>
  );
}
