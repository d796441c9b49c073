// Which columns of a Parquet file hold images and labels: by the "huggingface" entry of its metadata where it has
// one, otherwise by the schema. Knows the description of a file only, not its rows.
import { type FileMetaData, parquetSchema, type SchemaTree } from "hyparquet";
import { z } from "zod";
import { GeniusError } from "../../../base/errors.ts";

const labelColumnNames = ["label", "labels", "fine_label", "class", "target"];

/** `classNames` where the file has them: labels are then indices into them. */
export interface Columns {
  readonly image: string;
  readonly label: string;
  readonly classNames: readonly string[] | undefined;
}

const hubMetadata = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() }).catch({}),
    ),
  }),
});

/** @throws GeniusError `bad-data` when there is no column of images or none of labels. */
export function findColumns(metadata: FileMetaData, where: string): Columns {
  const top = parquetSchema(metadata).children;
  const features = Object.entries(readFeatures(metadata));
  const has = (name: string) => top.some((column) => column.element.name === name);
  const image =
    features.find(([name, feature]) => feature._type === "Image" && has(name))?.[0] ??
    (
      top.find((column) => column.children.some((child) => child.element.name === "bytes")) ??
      top.find(isBinary)
    )?.element.name;
  const classes = features.filter(
    ([name, feature]) => feature._type === "ClassLabel" && feature.names !== undefined && has(name),
  );
  const classLabel =
    labelColumnNames
      .map((known) => classes.find(([name]) => name === known))
      .find((one) => one !== undefined) ?? classes[0];
  const label = classLabel?.[0] ?? labelColumnNames.find(has);
  if (image === undefined || label === undefined) {
    const columns = top.map((column) => column.element.name).join(", ");
    throw new GeniusError(
      "bad-data",
      `${where}: no column of ${image === undefined ? "images" : "labels"} among ${columns}. ` +
        `Needed are a column of images ({bytes, path} or binary) and one of labels (${labelColumnNames.join(", ")}).`,
    );
  }
  return { image, label, classNames: classLabel?.[1].names };
}

/**
 * Every row group must hold the columns of the schema, in its order and each once. The reader starts on all columns and
 * gives up at the first that it cannot place; a broken one among the others would then end the process.
 * @throws GeniusError `bad-data`
 */
export function checkColumns(metadata: FileMetaData, where: string): void {
  const announced = leaves(parquetSchema(metadata)).map((path) => JSON.stringify(path));
  const isWhole = metadata.row_groups.every(
    ({ columns }) =>
      columns.length === announced.length &&
      columns.every((column, index) => JSON.stringify(column.meta_data?.path_in_schema) === announced[index]),
  );
  const names = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (isWhole && new Set(announced).size === announced.length && new Set(names).size === names.length) return;
  throw new GeniusError(
    "bad-data",
    `${where}: cannot be read as Parquet (its row groups do not hold the columns that it announces). Get the file again.`,
  );
}

function leaves({ children, path }: SchemaTree): string[][] {
  return children.length === 0 ? [path] : children.flatMap(leaves);
}

function readFeatures(metadata: FileMetaData): z.infer<typeof hubMetadata>["info"]["features"] {
  const text = metadata.key_value_metadata?.find((entry) => entry.key === "huggingface")?.value;
  if (text === undefined) return {};
  try {
    return hubMetadata.parse(JSON.parse(text)).info.features;
  } catch {
    return {}; // the schema says enough
  }
}

function isBinary({ element, children }: SchemaTree): boolean {
  return (
    children.length === 0 &&
    element.type === "BYTE_ARRAY" &&
    element.converted_type === undefined &&
    element.logical_type === undefined
  );
}
