// The numbers that a network computes with on a device.

/** 8-bit integers, or 32-bit floats. */
export type Precision = "int8" | "float";

export const precisions = ["int8", "float"] as const satisfies readonly Precision[];

/** Bytes of one number of a feature map. */
export const bytesPerElement = { int8: 1, float: 4 } as const satisfies Record<Precision, number>;
