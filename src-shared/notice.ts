import { z } from 'zod';
import { ALIGNMENT_DOUBTS } from './alignment.ts';
import { deviceSchema } from './device.ts';
import { PART_DOUBTS } from './inspection-area.ts';
import { methodNameSchema } from './method.ts';
import { opinionSchema } from './opinion.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/**
 * What was converted, guessed, skipped or lost between a file and what the model saw of it. The codes are stable:
 * tools may match on them; {@link noticeText} tells them to people.
 */
export const noticeSchema = z.discriminatedUnion('code', [
  /** Samples of more than 8 bits: the values taken for black and white, and who said so. */
  z.object({
    code: z.literal('sample-range'),
    low: z.number(),
    high: z.number(),
    kind: z.enum(['integer', 'float']),
    /** `file`: its header; `batch`: the range of its batch; `type`: nobody, the whole range of the sample type. */
    source: z.enum(['file', 'batch', 'type']),
  }),
  /** Samples beyond the range in use were clipped. `share`: of all pixels. */
  z.object({ code: z.literal('samples-clipped'), low: z.number(), high: z.number(), share }),
  /** One page of a file with several; from 1. */
  z.object({ code: z.literal('page'), page: count, pages: count }),
  /** An animation of which only the still picture is looked at. */
  z.object({ code: z.literal('frames-skipped'), frames: count }),
  /** Smaller copies of the picture in the same file, which are not inspected. */
  z.object({ code: z.literal('previews-skipped'), previews: count }),
  /** Shrunk for the model until its short side has few pixels. Sizes in pixels. */
  z.object({
    code: z.literal('scaled-thin'),
    width: count,
    height: count,
    modelWidth: count,
    modelHeight: count,
  }),
  /**
   * Looked at as a whole and in overlapping tiles of this size in image pixels. `scale`: pixels of what the model sees
   * per image pixel.
   */
  z.object({
    code: z.literal('tiled'),
    tiles: count,
    scale: z.number().min(0),
    width: count,
    height: count,
  }),
  /**
   * Tiles have a smaller scale than the recipe asks for: there would be too many, or they would be enlarged more than
   * helps.
   */
  z.object({
    code: z.literal('tiles-limited'),
    scale: z.number().min(0),
    wanted: z.number().min(0),
    by: z.enum(['count', 'enlargement']),
  }),
  /** A defect of the recipe's minimum size has fewer than two pixels in what the model sees. */
  z.object({ code: z.literal('defect-below-scale'), modelPixels: z.number().min(0) }),
  /** The part could not be turned and cut out like the others, and was not compared with them. */
  z.object({ code: z.literal('not-aligned'), reason: z.enum(ALIGNMENT_DOUBTS) }),
  /** Images that were to be compared with have no tokens of this pack that can be read, or could not be aligned. */
  z.object({ code: z.literal('comparison-incomplete'), opinion: opinionSchema, used: count, of: count }),
  /** Harmless marks and counter-examples whose images have no tokens of this pack that can be read, or are not aligned. */
  z.object({ code: z.literal('marks-unusable'), marks: count }),
  /** The images of the batch are of several kinds: they have nothing in common to tell a defect by. */
  z.object({ code: z.literal('consensus-mixed') }),
  /** One reference has nothing to be compared with: how far good parts may be is a guess. */
  z.object({ code: z.literal('single-reference') }),
  /** Too few images to know what is common among them. */
  z.object({ code: z.literal('consensus-unavailable'), images: count }),
  /** A region was found, and yet the image as a whole is within what good ones show: the verdict is to accept. */
  z.object({ code: z.literal('region-accepted') }),
  /** The image as a whole is farther than good ones are, and no place is by itself: there is no region to look at. */
  z.object({ code: z.literal('doubt-without-region') }),
  /** Maps and mask were let go by the workspace's rule, day ISO 8601; verdict, score, regions and hashes are kept. */
  z.object({ code: z.literal('maps-dropped'), date: z.iso.date() }),
  /** Brought to sRGB. */
  z.object({ code: z.literal('colour-converted'), from: z.enum(['cmyk', 'cielab', 'profile']) }),
  /** An embedded colour profile cannot be used; the values were taken as sRGB. */
  z.object({ code: z.literal('profile-ignored') }),
  /** Pixels that are not opaque were laid over grey. `share`: of all pixels. */
  z.object({ code: z.literal('transparency'), share }),
  /** Transparency that says nothing is visible was taken for a filler: the picture is shown opaque. */
  z.object({ code: z.literal('alpha-ignored') }),
  /** Bands that are neither colour nor transparency. */
  z.object({ code: z.literal('bands-ignored'), bands: count }),
  /** Every pixel has the same colour, 0..255. */
  z.object({ code: z.literal('single-colour'), red: count, green: count, blue: count }),
  /** The brightest pixel is nearly black, 0..255. */
  z.object({ code: z.literal('nearly-black'), highest: count }),
  /** The file bends its format's rules where readers agree what it means. `message`: the decoder's, in English. */
  z.object({ code: z.literal('decoder-warning'), message: z.string() }),
  /** Outside of the region of interest, or off the part, nothing was looked at. `share`: of the image. */
  z.object({ code: z.literal('area-ignored'), share }),
  /** The region of interest was drawn on an image of another aspect ratio and stretched to this one. Sizes in pixels. */
  z.object({
    code: z.literal('area-stretched'),
    width: count,
    height: count,
    areaWidth: count,
    areaHeight: count,
  }),
  /**
   * The part was not found with certainty, and no background was ignored. `seed-missing`: the image in which it was clicked
   * cannot be read; `unlike`: no place resembles the clicked one; `quality`: SAM's own doubt; `size`: far from that of the part; `border`: most of the image's
   * border would be part; `outside`: it lies outside of the region of interest.
   */
  z.object({ code: z.literal('part-not-found'), reason: z.enum(PART_DOUBTS) }),
  /** The scale was set on an image of another size: millimetres may be wrong. Sizes in pixels. */
  z.object({
    code: z.literal('scale-of-other-size'),
    width: count,
    height: count,
    scaleWidth: count,
    scaleHeight: count,
  }),
  /**
   * Regions that are smaller than the recipe's limits were recorded, and do not count for score and verdict; nor do `specks`,
   * which were too small to become regions.
   */
  z.object({ code: z.literal('regions-below-limit'), regions: count, specks: count }),
  /** The device had no memory for the pack: its smallest variants computed, or another device. */
  z.object({ code: z.literal('out-of-device-memory'), device: deviceSchema, running: deviceSchema }),
  /** The pack has no trained head: the map is the bare similarity of patches and words. */
  z.object({ code: z.literal('no-trained-head') }),
  /** Another method than the pack's own head made the map; θ, warn and reject were set for that head. */
  z.object({ code: z.literal('other-method'), method: methodNameSchema }),
  /** The pack's SAM takes no boxes: regions were asked about with their points alone. */
  z.object({ code: z.literal('points-only') }),
  /** No inference server answered for some of it: this machine computed that. Its last digits may be others. */
  z.object({ code: z.literal('servers-away'), running: deviceSchema }),
  /** These inference servers failed on the way; others, or a second try, answered. */
  z.object({ code: z.literal('server-gave-way'), servers: z.string() }),
  /** These inference servers don't show which pack their models were made of: names, shapes and types fit, no more is known. */
  z.object({ code: z.literal('server-unproven'), servers: z.string() }),
]);
export type Notice = z.infer<typeof noticeSchema>;
export type NoticeCode = Notice['code'];

/** Every code, in the order of the schema. */
export const NOTICE_CODES: readonly NoticeCode[] = noticeSchema.options.map(({ shape }) => shape.code.value);

/** `warning`: the verdict may be wrong because of it. `information`: done by the book, and said. */
export const NOTICE_LEVELS: Readonly<Record<NoticeCode, 'information' | 'warning'>> = {
  'sample-range': 'information',
  'samples-clipped': 'warning',
  page: 'information',
  'frames-skipped': 'warning',
  'previews-skipped': 'information',
  'scaled-thin': 'warning',
  tiled: 'information',
  'tiles-limited': 'warning',
  'defect-below-scale': 'warning',
  'not-aligned': 'warning',
  'comparison-incomplete': 'warning',
  'marks-unusable': 'warning',
  'consensus-mixed': 'information',
  'no-trained-head': 'warning',
  'other-method': 'information',
  'points-only': 'information',
  'out-of-device-memory': 'information',
  'servers-away': 'information',
  'server-gave-way': 'information',
  'server-unproven': 'warning',
  'single-reference': 'warning',
  'consensus-unavailable': 'warning',
  'region-accepted': 'warning',
  'doubt-without-region': 'information',
  'maps-dropped': 'information',
  'colour-converted': 'information',
  'profile-ignored': 'warning',
  transparency: 'warning',
  'alpha-ignored': 'warning',
  'bands-ignored': 'warning',
  'single-colour': 'warning',
  'nearly-black': 'warning',
  'decoder-warning': 'warning',
  'area-ignored': 'information',
  'area-stretched': 'warning',
  'part-not-found': 'warning',
  'scale-of-other-size': 'warning',
  'regions-below-limit': 'information',
};

/** True when a notice of this kind puts the verdict in doubt. */
export function isWarning(code: NoticeCode): boolean {
  return NOTICE_LEVELS[code] === 'warning';
}
