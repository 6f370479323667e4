import { examine } from '../../src-main/inference/examination.ts';
import type { PackExaminer } from '../../src-main/inference/pack-examiner.ts';

/** Examines packs in the process of the test: they are the test's own, and a process takes its time to start. */
export const nearExaminer: PackExaminer = {
  contents: (contents) => examine({ kind: 'contents', ...contents }),
  words: (words) => examine({ kind: 'words', ...words }),
  sameDecoder: (decoders) => examine({ kind: 'same-decoder', ...decoders }),
};
