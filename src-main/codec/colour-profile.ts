import type { Notice } from '../../src-shared/notice.ts';

/** Data colour spaces of a profile that fit an image's own, by libvips' name of the latter. */
const FITTING: Readonly<Record<string, string>> = {
  srgb: 'RGB ',
  rgb16: 'RGB ',
  'b-w': 'GRAY',
  grey16: 'GRAY',
  cmyk: 'CMYK',
};

/**
 * What became of an image's colours: they were converted from CMYK or by its profile, or the profile cannot be used.
 * A profile that is sRGB's own changes nothing and is no notice.
 * @param space libvips' name of the colour space
 * @param icc the embedded profile
 * @param isIgnored it is not used, whatever it says
 */
export function colourNotices(
  space: string | undefined,
  icc: Buffer | undefined,
  isIgnored = false,
): Notice[] {
  const notices: Notice[] = [];
  if (space === 'cmyk') notices.push({ code: 'colour-converted', from: 'cmyk' });
  if (!icc) return notices;
  const isChange = !isStandard(icc);
  if ((isIgnored && isChange) || !isUsable(icc, space)) notices.push({ code: 'profile-ignored' });
  else if (space !== 'cmyk' && isChange && !isIgnored)
    notices.push({ code: 'colour-converted', from: 'profile' });
  return notices;
}

/** A profile's size, signature and colour space (ICC.1, 7.2). */
function isUsable(icc: Buffer, space: string | undefined): boolean {
  if (icc.length < 132 || icc.readUInt32BE(0) > icc.length || icc.toString('latin1', 36, 40) !== 'acsp') {
    return false;
  }
  const fitting = FITTING[space ?? ''];
  return fitting === undefined || icc.toString('latin1', 16, 20) === fitting;
}

/** Whether a profile is sRGB's own. */
export function isStandard(profile: Uint8Array): boolean {
  const icc = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  // The description is ASCII in version 2 and UTF-16 in version 4.
  return icc.includes('sRGB', 0, 'latin1') || icc.includes('\0s\0R\0G\0B', 0, 'latin1');
}
