// A small table of words and figures, as wide as these need. One that is wider than its place scrolls by itself.
import type { ReactNode } from "react";
import { Scroll } from "./scroll.tsx";

export type Cell = string | number | null | undefined | { readonly show: ReactNode };

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const maxRows = 500;

/** From which a table scrolls in a frame that is not as high as it. */
const manyRows = 14;

export function DataTable({ label, data }: { readonly label: string; readonly data: TableData }) {
  const rest = data.rows.length - maxRows;
  const figures = data.columns.map((_, column) => isFigures(data, column));
  return (
    <>
      <Scroll label={label} isLong={data.rows.length > manyRows}>
        <table className="data">
          <thead>
            <tr>
              {data.columns.map((column, place) => (
                <th scope="col" key={column} className={figures[place] === true ? "figure" : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.rows.slice(0, maxRows).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name, and are not moved.
              <tr key={index}>
                {row.map((cell, place) => (
                  <td
                    key={data.columns[place]}
                    className={`${kindOf(cell)} ${figures[place] === true ? "figure" : ""}`}
                  >
                    {contentOf(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rest > 0 && (
        <p className="soft">
          The first {maxRows} of {data.rows.length.toLocaleString("en")} rows.
        </p>
      )}
    </>
  );
}

const contentOf = (cell: Cell): ReactNode =>
  cell === null || cell === undefined ? "" : typeof cell === "object" ? cell.show : String(cell);

/** A column of figures is aligned where they end. */
const isFigures = ({ rows }: TableData, column: number): boolean =>
  rows.length > 0 &&
  rows.slice(0, maxRows).every((row) => ["number", "none"].includes(kindOf(row[column]))) &&
  rows.some((row) => kindOf(row[column]) === "number");

/** Figures stay on one line; keys and hashes may break anywhere, so that they do not push other columns away. */
function kindOf(cell: Cell): "number" | "none" | "text" | "long" {
  if (typeof cell === "number") return "number";
  if (cell === null || cell === undefined || cell === "" || cell === "–") return "none";
  if (typeof cell !== "string") return "text";
  // Many digits without a mark between them are the key of a design.
  if (/^\d{5,}$/.test(cell)) return "text";
  if (/^[-+−<]?[\d.,]+(\s?(?:[%kMG]|ms|s|points|[KMG]iB))?$/.test(cell)) return "number";
  return cell.split(/\s/).some((word) => word.length > 24) ? "long" : "text";
}
