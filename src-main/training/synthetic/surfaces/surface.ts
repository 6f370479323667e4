import type { Random } from '../../../../src-shared/random.ts';
import type { Rgb } from '../image.ts';
import {
  type CellOptions,
  type Cells,
  cells,
  fractalNoise,
  type NoiseOptions,
  whiteNoise,
} from '../noise.ts';
import type { Planes } from '../planes.ts';

/** Brightness factor and height in pixels of one pixel. */
interface Pixel {
  factor: number;
  relief: number;
}

const shared: Pixel = { factor: 1, relief: 0 };

/** Returns the same object every time: no allocation per pixel. */
export function pixel(factor: number, relief: number): Pixel {
  shared.factor = factor;
  shared.relief = relief;
  return shared;
}

/** A direction across the picture: u runs along it, v across it. */
interface Turned {
  readonly angle: number;
  /** Pixels per step of u and v. */
  readonly pitch?: number;
  /** Where u and v are 0: in the middle of the picture (default) or in its upper left corner. */
  readonly origin?: 'middle' | 'corner';
}

/** A texture that fills the picture, while it is painted: its planes, its random numbers, and what textures share. */
export class Surface {
  readonly width: number;
  readonly height: number;
  /** The longer side. */
  readonly long: number;
  /** Pixels that correspond to one pixel of a picture whose longer side has 640. */
  readonly unit: number;
  readonly planes: Planes;
  readonly random: Random;

  constructor(planes: Planes, random: Random) {
    this.planes = planes;
    this.random = random;
    this.width = planes.width;
    this.height = planes.height;
    this.long = Math.max(planes.width, planes.height);
    this.unit = this.long / 640;
  }

  /**
   * Fractal noise over the picture, see {@link fractalNoise}.
   * @param wavelength in units
   */
  noise(wavelength: number, octaves: number, options: Omit<NoiseOptions, 'wavelength' | 'octaves'> = {}) {
    return this.noiseOf({ ...options, wavelength: wavelength * this.unit, octaves });
  }

  /** The same with the wavelength in pixels. */
  noiseOf(options: NoiseOptions): Float32Array {
    return fractalNoise(this.width, this.height, this.random, options);
  }

  /** White noise over the picture, see {@link whiteNoise}. */
  white(): Float32Array {
    return whiteNoise(this.width, this.height, this.random);
  }

  /** Scattered cells over the picture, `size` in pixels, see {@link cells}. */
  cells(size: number, options: CellOptions = {}): Cells {
    return cells(this.width, this.height, this.random, size, options);
  }

  /** Visits every pixel, row by row. */
  each(visit: (i: number, x: number, y: number) => void): void {
    for (let y = 0, i = 0; y < this.height; y++) for (let x = 0; x < this.width; x++, i++) visit(i, x, y);
  }

  /** Visits every pixel with its place along and across a direction. */
  eachTurned(frame: Turned, visit: (i: number, u: number, v: number) => void): void {
    const { angle, pitch = 1, origin = 'middle' } = frame;
    const c = Math.cos(angle) / pitch;
    const s = Math.sin(angle) / pitch;
    const cx = origin === 'middle' ? this.width / 2 : 0;
    const cy = origin === 'middle' ? this.height / 2 : 0;
    this.each((i, column, row) => {
      const x = column - cx;
      const y = row - cy;
      visit(i, c * x + s * y, -s * x + c * y);
    });
  }

  /** One metal everywhere; the callback gives brightness factor and height. */
  cast(color: Rgb, metal: number, rough: number, at: (i: number, x: number, y: number) => Pixel): void {
    this.each((i, x, y) => this.#setMetal(i, color, metal, rough, at(i, x, y)));
  }

  /** The same along and across a direction. */
  castTurned(
    frame: Turned,
    color: Rgb,
    metal: number,
    rough: number,
    at: (i: number, u: number, v: number) => Pixel,
  ): void {
    this.eachTurned(frame, (i, u, v) => this.#setMetal(i, color, metal, rough, at(i, u, v)));
  }

  #setMetal(i: number, color: Rgb, metal: number, rough: number, { factor, relief }: Pixel): void {
    this.dye(i, color, factor, relief, 0.08, rough);
    this.planes.metal[i] = metal;
  }

  /** One colour everywhere that is no metal; the callback gives brightness factor and height. */
  coat(color: Rgb, gloss: number, rough: number, at: (i: number, x: number, y: number) => Pixel): void {
    this.each((i, x, y) => {
      const { factor, relief } = at(i, x, y);
      this.dye(i, color, factor, relief, gloss, rough);
    });
  }

  /** Sets a pixel to a colour times a brightness factor, which stays above 0.04. */
  dye(i: number, color: Rgb, factor: number, relief: number, gloss = 0.02, rough = 0.9): void {
    const f = Math.max(factor, 0.04);
    this.#set(i, color[0] * f, color[1] * f, color[2] * f, relief, gloss, rough);
  }

  /** Sets a pixel to a colour, no channel of which is below 0.01. */
  put(i: number, color: Rgb, relief: number, gloss: number, rough: number): void {
    const [red, green, blue] = color;
    this.#set(i, Math.max(red, 0.01), Math.max(green, 0.01), Math.max(blue, 0.01), relief, gloss, rough);
  }

  #set(
    i: number,
    red: number,
    green: number,
    blue: number,
    relief: number,
    gloss: number,
    rough: number,
  ): void {
    const { planes } = this;
    planes.red[i] = red;
    planes.green[i] = green;
    planes.blue[i] = blue;
    planes.relief[i] = relief;
    planes.gloss[i] = gloss;
    planes.rough[i] = rough;
  }
}

/** The grain of rolled, drawn or milled things: mostly along a side of the picture. */
export const mostlyStraight = (random: Random) =>
  random.chance(0.75) ? random.int(0, 1) * (Math.PI / 2) + random.normal() * 0.02 : random.range(0, Math.PI);
