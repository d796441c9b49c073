// What the rest of the product may use of the published tables.
export { findTable, obtainTable } from "./obtain-table.ts";
export { ownFields, parseTable, type TableEntry } from "./parse-table.ts";
export { publishedTables, urlOf } from "./published.ts";
