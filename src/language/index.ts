// The language of networks and spaces: what other folders may use of it.
export { type SpaceAround, spaceAround } from "./around.ts";
export { type PlacedFault, placedFaults } from "./faults.ts";
export { printIfSayable, printNetwork } from "./print.ts";
export { type ReadSetting, readNetwork } from "./read.ts";
export { designText } from "./settle.ts";
export { spaceOfText, type TextSpaceOptions } from "./space.ts";
