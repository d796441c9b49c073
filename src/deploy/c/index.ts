// What others may use of the C export.
export { floatProgram } from "./float-program.ts";
export { type CExample, cFolder } from "./folder.ts";
export { integerFolder } from "./integer-folder.ts";
export { identifier } from "./text.ts";
