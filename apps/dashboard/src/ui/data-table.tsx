// A small table of words and figures. Wide ones scroll by themselves, with a focus, so that a keyboard can scroll them.
import type { ReactNode } from "react";

export type Cell = string | number | null | undefined | { readonly show: ReactNode };

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const maxRows = 500;

export function DataTable({ label, data }: { readonly label: string; readonly data: TableData }) {
  const rest = data.rows.length - maxRows;
  return (
    <>
      <Scroll label={label}>
        <table>
          <thead>
            <tr>
              {data.columns.map((column) => (
                <th scope="col" key={column}>
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
                  <td key={data.columns[place]} className={kindOf(cell)}>
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

export function Scroll({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within a keyboard's reach.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields; this only scrolls.
    <div className="scroll" role="group" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}

const contentOf = (cell: Cell): ReactNode =>
  cell === null || cell === undefined ? "" : typeof cell === "object" ? cell.show : String(cell);

/** Figures stay on one line; keys and hashes may break anywhere, so that they do not push other columns away. */
function kindOf(cell: Cell): string {
  if (typeof cell === "number") return "number";
  if (typeof cell !== "string") return "text";
  if (/^[-+−<]?[\d.,]+( ?[%kMG])?$/.test(cell)) return "number";
  return cell.split(/\s/).some((word) => word.length > 24) ? "long" : "text";
}
