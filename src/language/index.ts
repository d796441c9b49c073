// The language of networks and spaces: what other folders may use of it.
export { printIfSayable, printNetwork } from "./print.ts";
export { type ReadSetting, readNetwork } from "./read.ts";
export { spaceOfText } from "./space.ts";
