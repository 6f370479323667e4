import type { OpinionSettings } from '../../../src-shared/opinion.ts';
import type { AlignmentDecision } from '../../../src-shared/run-comparison.ts';
import { sha256OfFile } from '../../files/hash.ts';
import type { TemplatePicture } from '../../inference/comparison.ts';
import { type SurveyOptions, surveyPoses } from './pose-survey.ts';

/** Parts are aligned by themselves where so many of those looked at show how they lie: the others aren't compared. */
const LEAST_SHOWN = 0.75;
/**
 * As a share of its length, how far apart a part may lie to be taken for all of it: what lies farther apart may be a
 * bright end of a larger part, and cut out it would hide the rest.
 */
const LARGEST_SHIFT = 0.5;

/** What may be compared with. */
export interface Candidates<Picture> {
  readonly settings: OpinionSettings;
  readonly references: readonly Picture[];
  readonly crowd: readonly Picture[];
}

export interface DecideOptions<Picture> extends SurveyOptions {
  /** Where a picture is read. */
  readonly shownBy: (picture: Picture) => TemplatePicture;
}

/** Whether parts are turned to one pose, in `settings` as `on` or `off`, and like which picture. */
export interface DecidedAlignment<Picture> extends AlignmentDecision {
  readonly settings: OpinionSettings;
  readonly alignment: NonNullable<AlignmentDecision['alignment']>;
  /** Undefined: they are compared as they lie. */
  readonly template?: Picture;
}

/**
 * Decides whether parts are turned to one pose before they are compared, and like which: as the settings say, or, where
 * they leave it open, when references lie in different poses, at least three of four show theirs, and what they show
 * seems to be the whole part. Of fewer than two references the crowd is looked at too. Pictures that are gone, or others by now, are passed over.
 * @throws ClipSamError `cancelled`, and what every picture would meet
 */
export async function decideAlignment<Picture extends { readonly contentHash: string }>(
  { settings, references, crowd }: Candidates<Picture>,
  options: DecideOptions<Picture>,
): Promise<DecidedAlignment<Picture>> {
  const { shownBy } = options;
  if (settings.alignment === 'off') return { settings, alignment: 'off' };
  const all = [...references, ...crowd];
  const first = await firstThere(all, shownBy);
  const template = first === -1 ? {} : { template: all[first]! };
  const decided = (alignment: 'on' | 'off') => ({ settings: { ...settings, alignment } });
  if (settings.alignment === 'on') return { settings, alignment: 'on', ...template };
  const looked = references.length > 1 ? all.slice(0, references.length) : all;
  const there = first === -1 ? [] : looked.slice(first);
  const survey = await surveyPoses(there.map(shownBy), options);
  if (!survey) return { ...decided('off'), alignment: 'unsure' };
  const poses = { poses: survey.spread };
  if (!survey.spread.differs) return { ...decided('off'), alignment: 'alike', ...poses };
  return survey.shown < LEAST_SHOWN || survey.spread.shift > LARGEST_SHIFT
    ? { ...decided('off'), alignment: 'unsure', ...poses }
    : { ...decided('on'), alignment: 'differ', ...poses, ...template };
}

/** The place of the first that still is what it was; −1: none. */
async function firstThere<Picture extends { readonly contentHash: string }>(
  pictures: readonly Picture[],
  shownBy: (picture: Picture) => TemplatePicture,
): Promise<number> {
  for (const [at, picture] of pictures.entries()) {
    const hash = await sha256OfFile(shownBy(picture).path).catch(() => undefined);
    if (hash === picture.contentHash) return at;
  }
  return -1;
}
