/** An 8-bit sRGB image, interleaved, row by row. A grey image has three equal channels. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  /** width × height × 3 bytes. */
  readonly data: Uint8Array;
}
