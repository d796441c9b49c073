// What the rest of the product may use of the published tables.
export { readPackedTable } from "./packed-table.ts";
export { ownFields, parseTable, type TableEntry } from "./parse-table.ts";
export { packedFileOf, publishedDatasets, publishedTables } from "./published.ts";
