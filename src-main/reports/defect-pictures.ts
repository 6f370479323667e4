import type { PdfWriter } from '../pdf/pdf-writer.ts';
import { readEvidence } from './evidence-picture.ts';
import type { Defect } from './report-findings.ts';
import type { DefectPictures, ReportInput, ShownPicture } from './report-input.ts';

/** Pictures that are read ahead: decoders work beside this thread. */
const AHEAD = 3;
/** Longest side in pixels of a defect's picture. */
const SIDE = 480;

type Read = Awaited<ReturnType<typeof readOne>>;

/** The pictures of a report's defects, in their order, at most so many. */
export class EvidenceOf implements DefectPictures {
  changed = 0;
  missing = 0;
  overLimit = 0;
  shown = 0;
  readonly #pdf: PdfWriter;
  readonly #input: ReportInput;
  readonly #defects: readonly Defect[];
  readonly #reading = new Map<number, Promise<Read>>();
  readonly #done = new Map<number, ShownPicture | 'changed' | 'missing' | 'over-limit'>();

  constructor(pdf: PdfWriter, input: ReportInput, defects: readonly Defect[]) {
    this.#pdf = pdf;
    this.#input = input;
    this.#defects = defects;
    this.overLimit = Math.max(0, defects.length - input.options.pictures);
  }

  async get(defect: Defect): Promise<ShownPicture | 'changed' | 'missing' | 'over-limit'> {
    const known = this.#done.get(defect.number);
    if (known !== undefined) return known;
    const outcome = defect.number > this.#input.options.pictures ? 'over-limit' : await this.#next(defect);
    this.#done.set(defect.number, outcome);
    return outcome;
  }

  async #next(defect: Defect): Promise<ShownPicture | 'changed' | 'missing'> {
    const { pictures } = this.#input.options;
    for (let number = defect.number; number < defect.number + AHEAD; number++) {
      const other = this.#defects[number - 1];
      if (!other || number > pictures || this.#reading.has(number) || this.#done.has(number)) continue;
      const reading = readOne(this.#input, other);
      // It is awaited later, or never when the work ends before.
      reading.catch(() => {});
      this.#reading.set(number, reading);
    }
    const read = await this.#reading.get(defect.number)!;
    this.#reading.delete(defect.number);
    this.#input.step(defect.number, Math.min(this.#defects.length, pictures));
    if (typeof read === 'string') {
      this[read]++;
      return read;
    }
    this.shown++;
    return { image: this.#pdf.openImage(read.bytes), view: read.view, rings: read.rings };
  }
}

async function readOne(input: ReportInput, defect: Defect) {
  const source = await input.pictureOf(defect.image.imageId);
  const picture = await readEvidence(source, defect.box, SIDE);
  if (typeof picture === 'string') return picture;
  const rings = source
    .outlineOf(defect)
    .flatMap((polygon) => polygon.map((ring) => Float32Array.from(ring.flat())));
  return { ...picture, rings };
}
