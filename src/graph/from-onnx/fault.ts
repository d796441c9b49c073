// Why a node cannot be imported. It is data until the output turns out to need the node: a part of a known pattern, such as
// the Erf of a GELU, is unknown on its own and no fault.

export class ImportFault extends Error {}

/** @throws ImportFault the end of a sentence that begins with the node. */
export function refuse(reason: string): never {
  throw new ImportFault(reason);
}
