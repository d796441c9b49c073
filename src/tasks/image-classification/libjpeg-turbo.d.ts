// The part of @cornerstonejs/codec-libjpeg-turbo-8bit that is used; the package brings no types.
declare module "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs" {
  export interface JpegDecoder {
    /** Room for an encoded image, to be filled before `decode`. */
    getEncodedBuffer(length: number): Uint8Array;
    /** @throws a number when the image cannot be decoded. */
    decode(): void;
    /** A view of the decoder's memory. */
    getDecodedBuffer(): Uint8Array;
  }
  export interface JpegModule {
    readonly JPEGDecoder: new () => JpegDecoder;
  }
  export default function createModule(): Promise<JpegModule>;
}
