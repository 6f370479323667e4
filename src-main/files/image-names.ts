import { extname } from 'node:path';

/** Extensions of files that are taken from folders; files named one by one are taken whatever their name. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  '.avif',
  '.bmp',
  '.dib',
  '.gif',
  '.jfif',
  '.jif',
  '.jpe',
  '.jpeg',
  '.jpg',
  '.pjp',
  '.pjpeg',
  '.png',
  '.tif',
  '.tiff',
  '.webp',
];

/**
 * Extensions of pictures that this program does not read: other formats for photographs, raw files of cameras,
 * medical and scientific images, drawings. In a folder they are passed over, counted and named, so that nobody takes
 * a part of a lot for the whole.
 */
const UNREAD_EXTENSIONS: ReadonlySet<string> = new Set(
  [
    'apng avifs heic heics heif heifs hif j2c j2k jp2 jpc jpf jph jpm jpx jls jxl jxr hdp wdp bpg flif qoi',
    '3fr ari arw cr2 cr3 crw dcr dng erf fff iiq k25 kdc mdc mef mos mrw nef nrw orf pef raf raw rw2 rwl sr2 srf srw x3f',
    'dcm dicom dic czi fit fits nd2 nii oib oif svs vsi',
    'dds dpx exr hdr ico pam pbm pcx pfm pgm pnm ppm psb psd sgi svg svgz tga xcf',
  ].flatMap((line) => line.split(' ').map((ending) => `.${ending}`)),
);

/** Whether a file with this name is taken from a folder. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.includes(extname(name).toLowerCase());
}

/** Whether a file with this name looks like a picture that this program does not read. */
export function isUnreadName(name: string): boolean {
  return UNREAD_EXTENSIONS.has(extname(name).toLowerCase());
}
