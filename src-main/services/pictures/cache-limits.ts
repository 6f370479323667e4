/** Bytes on disk that pictures which can be made again may take, in every workspace. */
export const CACHE_LIMITS = {
  /** Some 6 KB each: enough for 150,000 images. */
  thumbnails: 1_000_000_000,
  /** Of images looked at in full size: about as much as their JPEG files. */
  tiles: 2_000_000_000,
} as const;
