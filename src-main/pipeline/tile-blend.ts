import type { Frame } from '../../src-shared/frame.ts';
import { resampleRows } from './bilinear.ts';
import type { ScoreMap } from './score-map.ts';
import { areaSpan, type TilePlan, tileArea } from './tile-plan.ts';
import { areaWindow, tileWeights } from './tile-weight.ts';

/**
 * Coarse maps of tiles → one map of the image. Where tiles overlap their scores are averaged, with weights that fall
 * to a tile's border, so that there are no seams. Of that and the coarse map of the whole image the higher score
 * counts (not the mean): a defect larger than a tile is seen in the whole image only, a small one in tiles only, and
 * neither may be watered down by the view that cannot see it. So nothing that is found without tiles is lost with
 * them, and an image's score is never lower.
 *
 * Tiles are added one at a time and not kept: memory is that of two joined maps.
 */
export class TileBlend {
  readonly #plan: TilePlan;
  readonly #sums: Float32Array<ArrayBuffer>;
  readonly #weights: Float32Array;

  constructor(plan: TilePlan) {
    this.#plan = plan;
    const cells = plan.frame.width * plan.frame.height;
    this.#sums = new Float32Array(cells);
    this.#weights = new Float32Array(cells);
  }

  /**
   * @param index of the tile in its plan; each is added once
   * @param map the tile's coarse map
   */
  add(index: number, map: ScoreMap, tileFrame: Frame): void {
    const { frame } = this.#plan;
    const area = tileArea(this.#plan, index);
    const span = areaSpan(area, frame);
    const window = areaWindow(area, tileFrame, frame, span);
    const { columns, rows } = tileWeights(this.#plan, index, span, tileFrame);
    resampleRows(peaksOf(map, window), window, (row, y) => {
      const down = rows[y - span.top]!;
      let to = y * frame.width + span.left;
      for (let x = 0; x < row.length; x++, to++) {
        const weight = down * columns[x]!;
        this.#sums[to]! += weight * row[x]!;
        this.#weights[to]! += weight;
      }
    });
  }

  /**
   * The joined map; nothing can be added afterwards.
   * @param overview the coarse map of the whole image
   */
  result(overview: ScoreMap, overviewFrame: Frame): ScoreMap {
    const { width, height, imageWidth, imageHeight } = this.#plan.frame;
    const data = this.#sums;
    const whole = { x: 0, y: 0, width: imageWidth, height: imageHeight };
    const window = areaWindow(whole, overviewFrame, this.#plan.frame, {
      left: 0,
      top: 0,
      right: width,
      bottom: height,
    });
    resampleRows(overview, window, (row, y) => {
      for (let x = 0, to = y * width; x < width; x++, to++) {
        data[to] = Math.max(data[to]! / this.#weights[to]!, row[x]!);
      }
    });
    return { width, height, data };
  }
}

/** Where a cell of the joined map takes the place of two or more of a tile's, the highest of them counts. */
function peaksOf(map: ScoreMap, window: { readonly ratioX: number; readonly ratioY: number }): ScoreMap {
  const across = Math.floor(window.ratioX / 2);
  const down = Math.floor(window.ratioY / 2);
  if (across === 0 && down === 0) return map;
  const { width, height } = map;
  const data = new Float32Array(map.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let highest = 0;
      for (let v = Math.max(0, y - down); v <= Math.min(height - 1, y + down); v++) {
        for (let u = Math.max(0, x - across); u <= Math.min(width - 1, x + across); u++) {
          highest = Math.max(highest, map.data[v * width + u]!);
        }
      }
      data[y * width + x] = highest;
    }
  }
  return { width, height, data };
}
