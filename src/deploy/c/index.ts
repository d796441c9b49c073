// What others may use of the C export.
export { cmsisText } from "./cmsis-nn.ts";
export { floatProgram } from "./float-program.ts";
export { type CExample, cFolder } from "./folder.ts";
export { int8Program } from "./int8-program.ts";
export { identifier } from "./text.ts";
