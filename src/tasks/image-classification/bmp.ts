// Windows bitmaps, which sharp does not read: uncompressed, with a palette of 1, 4 or 8 bits or with 16, 24 or 32 bits a
// pixel, stored in either direction. Of our own, since fast-bmp leaves out palettes and rows from the top.
// @see https://learn.microsoft.com/windows/win32/gdi/bitmap-storage

/** Pixels of an image as uint8 `[H, W, C]`. */
export interface Interleaved {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3 | 4;
  readonly pixels: Uint8Array;
}

export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  readonly pixelsAt: number;
  readonly paletteAt: number;
  readonly paletteEntry: 3 | 4;
  readonly paletteCount: number;
  /** Bit masks of red, green, blue and alpha; alpha is 0 where there is none. */
  readonly masks: readonly [number, number, number, number];
}

/** @throws Error on what is damaged, or compressed. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26 || view.getUint16(0, true) !== 0x4d42) throw new Error("no bitmap");
  const headerSize = view.getUint32(14, true);
  const isOld = headerSize === 12;
  if (!isOld && (headerSize < 40 || bytes.length < 54)) throw new Error("its header is cut off");
  const [width, signedHeight] = isOld
    ? [view.getUint16(18, true), view.getUint16(20, true)]
    : [view.getInt32(18, true), view.getInt32(22, true)];
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  if (compression !== 0 && compression !== 3 && compression !== 6)
    throw new Error(`compressed bitmaps are not read (method ${compression})`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw new Error(`${bits} bits a pixel`);
  if (width <= 0 || height <= 0) throw new Error(`a size of ${width}×${height}`);
  const usual = bits === 16 ? ([0x7c00, 0x3e0, 0x1f, 0] as const) : ([0xff0000, 0xff00, 0xff, 0] as const);
  const hasMasks = compression !== 0 && bytes.length >= 66;
  const masks = hasMasks
    ? ([
        view.getUint32(54, true),
        view.getUint32(58, true),
        view.getUint32(62, true),
        headerSize >= 56 && bytes.length >= 70 ? view.getUint32(66, true) : 0,
      ] as const)
    : usual;
  const paletteEntry = isOld ? 3 : 4;
  const paletteAt = 14 + headerSize + (compression === 3 && headerSize === 40 ? 12 : 0);
  const announced = isOld ? 0 : view.getUint32(46, true);
  const paletteCount = bits > 8 ? 0 : Math.min(announced || 2 ** bits, 2 ** bits);
  const pixelsAt = view.getUint32(10, true);
  return {
    width,
    height,
    isTopDown: signedHeight < 0,
    bits,
    pixelsAt,
    paletteAt,
    paletteEntry,
    paletteCount,
    masks,
  };
}

/** The colours of a palette as `[red, green, blue]`, and whether all are grey. */
export function bmpPalette(bytes: Uint8Array, header: BmpHeader): { colours: Uint8Array; isGrey: boolean } {
  const { paletteAt, paletteEntry, paletteCount } = header;
  if (paletteAt + paletteCount * paletteEntry > bytes.length) throw new Error("its palette is cut off");
  const colours = new Uint8Array(paletteCount * 3);
  let isGrey = paletteCount > 0;
  for (let entry = 0; entry < paletteCount; entry += 1) {
    const at = paletteAt + entry * paletteEntry;
    const [blue, green, red] = [bytes[at]!, bytes[at + 1]!, bytes[at + 2]!];
    colours.set([red, green, blue], entry * 3);
    if (red !== green || green !== blue) isGrey = false;
  }
  return { colours, isGrey };
}

/** @throws Error on what is damaged, or compressed. */
export function decodeBmp(bytes: Uint8Array): Interleaved {
  const header = readBmpHeader(bytes);
  const { width, height, bits, pixelsAt, masks } = header;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  if (pixelsAt + rowBytes * height > bytes.length) throw new Error("its pixels are cut off");
  const { colours, isGrey } = bits <= 8 ? bmpPalette(bytes, header) : { colours: undefined, isGrey: false };
  const channels = isGrey ? 1 : masks[3] !== 0 && bits >= 16 ? 4 : 3;
  const pixels = new Uint8Array(width * height * channels);
  const scales = masks.map(maskOf);
  for (let y = 0; y < height; y += 1) {
    const row = pixelsAt + (header.isTopDown ? y : height - 1 - y) * rowBytes;
    let to = y * width * channels;
    for (let x = 0; x < width; x += 1, to += channels) {
      if (colours !== undefined) {
        const perByte = 8 / bits;
        const shift = 8 - bits * ((x % perByte) + 1);
        const index = ((bytes[row + Math.floor(x / perByte)]! >> shift) & (2 ** bits - 1)) * 3;
        for (let c = 0; c < channels; c += 1) pixels[to + c] = colours[index + c] ?? 0;
      } else if (bits === 24) {
        const at = row + x * 3;
        pixels[to] = bytes[at + 2]!;
        pixels[to + 1] = bytes[at + 1]!;
        pixels[to + 2] = bytes[at]!;
      } else {
        const at = row + (x * bits) / 8;
        const low = bytes[at]! | (bytes[at + 1]! << 8);
        const value = bits === 16 ? low : (low | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
        for (let c = 0; c < channels; c += 1) pixels[to + c] = scales[c]!(value);
      }
    }
  }
  return { width, height, channels, pixels };
}

function maskOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) / most) * 255);
}
