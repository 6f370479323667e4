import type { Alignment, AlignmentDoubt } from '../../src-shared/alignment.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { readFrameImage, readRgb } from '../codec/image-codec.ts';
import { hashOfPart } from '../files/area-hash.ts';
import { pictureKey } from '../files/picture-key.ts';
import { alignmentOf, alignPicture } from '../pipeline/alignment.ts';
import { type PartPose, type PoseTemplate, partPose, poseTemplate } from '../pipeline/part-pose.ts';
import type { TemplatePicture } from './comparison.ts';
import { type EncoderImage, encoderImage } from './encoder-image.ts';
import type { EngineClient } from './engine-client.ts';
import type { EmbedJob, InspectJob, PoseJob } from './inference-protocol.ts';
import { partInFrame } from './part-in-frame.ts';
import { RecentMap } from './recent-map.ts';
import type { Others } from './segmentation.ts';

/** A picture of the part alone, turned like the template's. */
export interface AlignedImage {
  readonly picture: RgbImage;
  /** That of the aligned picture: a square. */
  readonly frame: Frame;
  /** How it lies in the frame of the image itself. */
  readonly alignment: Alignment;
}

interface KnownTemplate {
  /** Names the picture, and how parts are found: others are turned by nothing else. */
  readonly key: string;
  /** See `TemplatePicture`. */
  readonly part: TemplatePicture['part'];
  /** Undefined: the picture does not show how its part lies. */
  readonly template: PoseTemplate | undefined;
}

/** A larger image is cut out of its frame: in full size it would take more memory than the rest of its inspection. */
const LARGEST_ORIGINAL = 50_000_000;

/** Read once for all images that are turned like them. */
const templates = new RecentMap<string, Promise<KnownTemplate>>(4);

/**
 * What parts are turned like.
 * @throws ClipSamError of the codec (`image-…`) and the engine
 */
export function knownTemplate(
  { path, page, range, part: clicked }: TemplatePicture,
  { maxPixels }: Pick<Recipe, 'maxPixels'>,
  engine: EngineClient,
): Promise<KnownTemplate> {
  const name = JSON.stringify([path, page, range, clicked && hashOfPart(clicked)]);
  const known = templates.get(name);
  if (known) return known;
  const reading = readTemplate();
  templates.set(name, reading);
  // Asked for again, it is read again.
  reading.catch(() => templates.delete(name));
  return reading;

  async function readTemplate(): Promise<KnownTemplate> {
    const options = { maxPixels, size: engine.frameSide, page, range };
    const { rgb, contentHash, notices: _, ...frame } = await readFrameImage(path, options);
    const key = pictureKey({ contentHash, page, range });
    const part = await partInFrame(rgb, frame, key, { part: clicked, recipe: { maxPixels }, engine });
    return {
      key: clicked ? `${key} ${hashOfPart(clicked)}` : key,
      part: clicked,
      template: 'doubt' in part ? undefined : poseTemplate(part),
    };
  }
}

/**
 * How the part of an image lies beside a template's.
 * @returns why there is no telling, where either picture does not show it
 * @throws ClipSamError of the codec (`image-…`) and the engine; `cancelled`
 */
export async function poseOfImage(
  { path, page, range, recipe, template }: PoseJob,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<PartPose | { readonly doubt: AlignmentDoubt }> {
  throwIfCancelled(signal);
  const like = await knownTemplate(template, recipe, engine);
  throwIfCancelled(signal);
  if (!like.template) return { doubt: 'template' };
  const options = { maxPixels: recipe.maxPixels, size: engine.frameSide, page, range };
  const { rgb, contentHash, notices: _, ...frame } = await readFrameImage(path, options);
  const part = await partInFrame(rgb, frame, pictureKey({ contentHash, page, range }), {
    part: like.part,
    ...{ recipe, engine, signal },
  });
  return 'doubt' in part ? part : partPose(part, like.template);
}

/**
 * The picture of an image's part, turned like the template's and cut out; from the image itself where that has more
 * pixels than its frame.
 * @param rgb content pixels of the frame
 * @returns why there is none, where either picture does not show how its part lies
 * @throws ClipSamError of the codec (`image-…`) and the engine; `cancelled`
 */
export async function alignedImage(
  rgb: Uint8Array,
  { key, frame }: Pick<EncoderImage, 'key' | 'frame'>,
  { template, part: clicked }: KnownTemplate,
  { path, page, range, recipe }: Pick<EmbedJob, 'path' | 'page' | 'range' | 'recipe'>,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<AlignedImage | { readonly doubt: AlignmentDoubt }> {
  if (!template) return { doubt: 'template' };
  const shown = { width: frame.width, height: frame.height, data: rgb };
  const part = await partInFrame(rgb, frame, key, { part: clicked, recipe, engine, signal });
  if ('doubt' in part) return part;
  const alignment = alignmentOf(partPose(part, template), frame.size);
  const isFiner = frame.scale < 1 && alignment.scale < 1;
  const isRead = isFiner && frame.imageWidth * frame.imageHeight <= LARGEST_ORIGINAL;
  const source = isRead ? await readRgb(path, { maxPixels: recipe.maxPixels, page, range }) : shown;
  return {
    picture: alignPicture(source, frame, alignment, part.background),
    frame: frameFor(frame.size, frame.size, frame.size),
    alignment,
  };
}

/** As {@link alignedImage}, where the image is compared with aligned ones. */
export async function alignedForComparison(
  { comparison, ...job }: Pick<InspectJob, 'path' | 'page' | 'range' | 'recipe' | 'comparison'>,
  rgb: Uint8Array,
  image: EncoderImage,
  engine: EngineClient,
  signal?: AbortSignal,
): Promise<AlignedImage | { readonly doubt: AlignmentDoubt } | undefined> {
  const template = comparison?.template;
  if (!template) return undefined;
  const like = await knownTemplate(template, job.recipe, engine);
  return alignedImage(rgb, image, like, job, engine, signal);
}

/** An aligned part as the engine takes it. */
export async function encodedPart(
  aligned: AlignedImage | { readonly doubt: AlignmentDoubt },
  key: string,
  engine: EngineClient,
): Promise<Others['aligned']> {
  if ('doubt' in aligned) return undefined;
  const { picture, frame, alignment } = aligned;
  return { image: await encoderImage(key, frame, picture.data, engine), alignment };
}

/** Says why a part was not aligned, where it was to be. */
export function alignmentNotices(
  aligned: AlignedImage | { readonly doubt: AlignmentDoubt } | undefined,
): Notice[] {
  return aligned && 'doubt' in aligned ? [{ code: 'not-aligned', reason: aligned.doubt }] : [];
}
