// The language of networks and spaces: what other folders may use of it.
export { readNetwork } from "./read.ts";
export { nameOfFile, spaceOfText } from "./space.ts";
