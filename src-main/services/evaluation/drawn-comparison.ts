import { fromErrorRecord } from '../../../src-shared/errors.ts';
import type { PartMark } from '../../../src-shared/inspection-area.ts';
import type { Opinion } from '../../../src-shared/opinion.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import { hashOfPart } from '../../files/area-hash.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { pictureKey } from '../../files/picture-key.ts';
import type { Comparison } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { chooseCrowd } from '../opinions/crowd.ts';
import { type DecidedAlignment, decideAlignment } from '../opinions/decide-alignment.ts';
import { type EmbedPicturesOptions, embedPictures, type WantedPicture } from '../opinions/embed-pictures.ts';
import type { KnownFile } from './reference-draw.ts';

export interface DrawnComparisonOptions
  extends Pick<EmbedPicturesOptions<WantedPicture>, 'folder' | 'signal'> {
  readonly inference: Pick<InferenceClient, 'embed' | 'pose'>;
  /** With how opinions are formed. */
  readonly recipe: Recipe & Required<Pick<Recipe, 'opinions'>>;
  readonly opinions: ReadonlySet<Opinion>;
  readonly seed: number;
  readonly references: readonly KnownFile[];
  /** Images that are measured. */
  readonly images: readonly KnownFile[];
  /** How parts are found where they are turned, see `TemplatePicture`. */
  readonly part?: PartMark | undefined;
  readonly rangeOf: (path: string) => SampleRange | undefined;
}

/**
 * What the images of a category are compared with in one draw; the token files that it takes are made. Images of the crowd
 * that cannot be read are left out.
 * @throws ClipSamError `cancelled`; why a reference cannot be read; as `embedPictures`
 */
export async function drawnComparison(
  options: DrawnComparisonOptions,
): Promise<{ readonly comparison: Comparison } & Pick<DecidedAlignment<unknown>, 'alignment'>> {
  const { inference, folder, signal, recipe, part, opinions, seed, references, images, rangeOf } = options;
  const toWanted = ({ path, contentHash }: KnownFile, rotations: boolean) => ({
    ...{ path, contentHash, rotations },
    page: null,
    range: rangeOf(path) ?? null,
    key: pictureKey({ contentHash, range: rangeOf(path) }),
  });
  const isAsked = opinions.has('consensus');
  const drawn = references.map((file) => toWanted(file, recipe.opinions.rotations));
  const crowd = isAsked
    ? chooseCrowd(
        images.map((file) => toWanted(file, false)),
        String(seed),
      )
    : [];
  const shownBy = ({ path, range }: WantedPicture) => ({ path, ...(range && { range }) });
  const candidates = { settings: recipe.opinions, references: drawn, crowd };
  const decided = await decideAlignment(candidates, { inference, recipe, part, signal, shownBy });
  const { settings, alignment } = decided;
  const template = decided.template && { ...shownBy(decided.template), ...(part && { part }) };
  const pictures = [...drawn, ...crowd];
  const made = await embedPictures({ inference, recipe, folder, template, pictures, signal });
  const sourcesOf = (wanted: readonly (typeof pictures)[number][]): Comparison['crowd'] =>
    wanted.flatMap((picture) => {
      const tokens = made.embedded.get(picture);
      return tokens ? [{ key: tokens.key, path: tokens.tokens }] : [];
    });
  for (const picture of drawn) {
    const error = made.failed.get(picture);
    if (error) throw fromErrorRecord(error);
  }
  const comparison = { settings, references: sourcesOf(drawn), crowd: sourcesOf(crowd) };
  const keysOf = (sources: Comparison['crowd']) => sources.map(({ key }) => key).sort();
  const hash = hashOfJson({
    settings,
    references: keysOf(comparison.references),
    crowd: keysOf(comparison.crowd),
    ...(decided.template && { template: decided.template.key }),
    ...(template?.part && { part: hashOfPart(template.part) }),
  });
  return {
    comparison: { hash, ...comparison, harmless: [], counterExamples: [], template },
    alignment,
  };
}
