import { readFileSync } from 'node:fs';
import { type Model, readModel } from '../../src-main/graph/model.ts';
import { twinFile } from './twins.ts';

/** The two CLIP twins: patch size, the export's own image size, sizes with resized positions, blocks with references. */
export const CLIP_TWINS = [
  { twin: 'clip-l14-336', patch: 14, size: 336, others: [518, 448], blocks: [6, 12, 18, 24] },
  { twin: 'clip-b16', patch: 16, size: 224, others: [512, 336], blocks: [3, 6, 9, 12] },
] as const;

/** Name of a block's end in the public exports, `{}` standing for the block counted from 0. */
export const BLOCK_TENSOR = '/vision_model/encoder/layers.{}/Add_1_output_0';

/** The table of positions in the public exports. */
export const POSITION_TABLE = 'vision_model.embeddings.position_embedding.weight';

/** Reads a twin's graph, such as `clip-b16/vision_model.onnx`. */
export function twinModel(path: string): Model {
  return readModel(readFileSync(twinFile(path)), path);
}
