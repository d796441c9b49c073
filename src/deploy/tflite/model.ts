// A TFLite model as plain data, and as bytes. The bytes are a FlatBuffer, written with the `flatbuffers` package; fields are
// named by their place in the schema's tables. It must not know networks.
// @see https://github.com/tensorflow/tensorflow/blob/master/tensorflow/lite/schema/schema.fbs
import { Builder } from "flatbuffers";
import { factsOf, type TfliteOperatorName, type TfliteType, typeCodes } from "./schema.ts";

export interface TfliteTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TfliteType;
  /** Of a constant. */
  readonly data?: Float32Array | Int32Array | Int8Array;
  readonly quantisation?: {
    /** One, or one for each place of `axis`. */
    readonly scales: ArrayLike<number>;
    readonly zeroPoint: number;
    readonly axis?: number;
  };
}

export interface TfliteOperator {
  readonly operator: TfliteOperatorName;
  /** Places in the list of tensors. */
  readonly inputs: readonly number[];
  readonly output: number;
  readonly options?: Readonly<Record<string, number>>;
}

export interface TfliteModel {
  readonly name: string;
  readonly tensors: readonly TfliteTensor[];
  readonly operators: readonly TfliteOperator[];
  readonly input: number;
  readonly output: number;
  /** Texts that a reader may show: class names, the study. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly precision: "int8" | "float32";
}

/** Readers map a file into memory and use its constants in place. */
const alignment = 16;

/** The bytes of a .tflite file. */
export function encodeTflite(model: TfliteModel): Uint8Array {
  const builder = new Builder(1 << 16);
  const table = (slots: number, fill: () => void) => {
    builder.startObject(slots);
    fill();
    return builder.endObject();
  };
  const offsets = (all: readonly number[]) => {
    builder.startVector(4, all.length, 4);
    for (const offset of all.toReversed()) builder.addOffset(offset);
    return builder.endVector();
  };
  const integers = (all: readonly number[]) => {
    builder.startVector(4, all.length, 4);
    for (const value of all.toReversed()) builder.addInt32(value);
    return builder.endVector();
  };
  const buffer = (bytes: Uint8Array | undefined) => {
    if (bytes === undefined) return table(3, () => {});
    builder.startVector(1, bytes.length, alignment);
    for (let place = bytes.length - 1; place >= 0; place -= 1) builder.addInt8(bytes[place]!);
    const data = builder.endVector();
    return table(3, () => builder.addFieldOffset(0, data, 0));
  };
  const quantisation = ({ scales, zeroPoint, axis }: NonNullable<TfliteTensor["quantisation"]>) => {
    builder.startVector(4, scales.length, 4);
    for (let place = scales.length - 1; place >= 0; place -= 1) builder.addFloat32(scales[place]!);
    const scale = builder.endVector();
    builder.startVector(8, scales.length, 8);
    for (let place = 0; place < scales.length; place += 1) builder.addInt64(BigInt(zeroPoint));
    const zeroPoints = builder.endVector();
    return table(7, () => {
      builder.addFieldOffset(2, scale, 0);
      builder.addFieldOffset(3, zeroPoints, 0);
      builder.addFieldInt32(6, axis ?? 0, 0);
    });
  };

  // Buffer 0 is empty, and stands for all tensors that are no constants.
  const contents: (Uint8Array | undefined)[] = [undefined];
  const add = (bytes: Uint8Array) => contents.push(bytes) - 1;
  const tensors = model.tensors.map(({ name, shape, type, data, quantisation: rounded }) => {
    const place = data === undefined ? 0 : add(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    const [text, dims] = [builder.createString(name), integers(shape)];
    const grid = rounded && quantisation(rounded);
    return table(11, () => {
      builder.addFieldOffset(0, dims, 0);
      builder.addFieldInt8(1, typeCodes[type], 0);
      builder.addFieldInt32(2, place, 0);
      builder.addFieldOffset(3, text, 0);
      if (grid !== undefined) builder.addFieldOffset(4, grid, 0);
      builder.addFieldInt8(8, 1, 0);
    });
  });

  const used = [...new Set(model.operators.map(({ operator }) => operator))];
  const version = model.precision === "int8" ? 0 : 1;
  const codes = used.map((name) => {
    const { code, versions } = factsOf(name);
    return table(4, () => {
      // Codes from 127 do not fit the old field.
      builder.addFieldInt8(0, Math.min(127, code), 0);
      builder.addFieldInt32(2, versions[version], 1);
      builder.addFieldInt32(3, code, 0);
    });
  });
  const operators = model.operators.map(({ operator, inputs, output, options = {} }) => {
    const facts = factsOf(operator).options;
    const [read, written] = [integers(inputs), integers([output])];
    const given =
      facts &&
      table(7, () => {
        for (const [name, { slot, type }] of Object.entries(facts.fields)) {
          const value = options[name] ?? 0;
          if (type === "int32") builder.addFieldInt32(slot, value, 0);
          else builder.addFieldInt8(slot, value, 0);
        }
      });
    return table(14, () => {
      builder.addFieldInt32(0, used.indexOf(operator), 0);
      builder.addFieldOffset(1, read, 0);
      builder.addFieldOffset(2, written, 0);
      if (facts === undefined || given === undefined) return;
      builder.addFieldInt8(3, facts.code, 0);
      builder.addFieldOffset(4, given, 0);
    });
  });

  const name = builder.createString(model.name);
  const [allTensors, allOperators] = [offsets(tensors), offsets(operators)];
  const [inputs, outputs] = [integers([model.input]), integers([model.output])];
  const subgraph = table(6, () => {
    builder.addFieldOffset(0, allTensors, 0);
    builder.addFieldOffset(1, inputs, 0);
    builder.addFieldOffset(2, outputs, 0);
    builder.addFieldOffset(3, allOperators, 0);
    builder.addFieldOffset(4, name, 0);
  });
  const metadata = Object.entries(model.metadata).map(([key, text]) => {
    const place = add(new TextEncoder().encode(text));
    const label = builder.createString(key);
    return table(2, () => {
      builder.addFieldOffset(0, label, 0);
      builder.addFieldInt32(1, place, 0);
    });
  });
  const tensorMap = (place: number) => {
    const label = builder.createString(model.tensors[place]?.name ?? "");
    return offsets([
      table(2, () => {
        builder.addFieldOffset(0, label, 0);
        builder.addFieldInt32(1, place, 0);
      }),
    ]);
  };
  const [taken, given, key] = [
    tensorMap(model.input),
    tensorMap(model.output),
    builder.createString("serving_default"),
  ];
  const signature = table(5, () => {
    builder.addFieldOffset(0, taken, 0);
    builder.addFieldOffset(1, given, 0);
    builder.addFieldOffset(2, key, 0);
  });
  const [allCodes, graphs, description] = [
    offsets(codes),
    offsets([subgraph]),
    builder.createString("genius-nas"),
  ];
  const buffers = offsets(contents.map(buffer));
  const [allMetadata, signatures] = [offsets(metadata), offsets([signature])];
  const root = table(10, () => {
    builder.addFieldInt32(0, 3, 0);
    builder.addFieldOffset(1, allCodes, 0);
    builder.addFieldOffset(2, graphs, 0);
    builder.addFieldOffset(3, description, 0);
    builder.addFieldOffset(4, buffers, 0);
    builder.addFieldOffset(6, allMetadata, 0);
    builder.addFieldOffset(7, signatures, 0);
  });
  builder.finish(root, "TFL3");
  return builder.asUint8Array();
}
