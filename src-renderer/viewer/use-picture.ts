import { type RefCallback, type RefObject, useSyncExternalStore } from 'react';
import type { Pyramid } from '../../src-shared/contract/review.ts';
import type { FileState } from '../../src-shared/file-state.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { pictures } from './pictures.ts';
import { useResource } from './use-resource.ts';
import { useStage } from './use-stage.ts';
import type { Size, ViewerStage } from './viewport.ts';

interface PictureSource {
  readonly imageId: number;
  /** Part of the picture's addresses: another content or sample range, another version. */
  readonly version: string | null;
  /** What became of the file: only the `same` is shown. Null while it is not known. */
  readonly file: FileState | null;
  /** Null while it is made: the thumbnail is shown enlarged. */
  readonly pyramid: Pyramid | null;
}

interface Picture {
  /** Address; null: the picture is not shown. */
  readonly thumbnail: string | null;
  readonly pyramid: Pyramid | null;
  /** True when there is nothing to show. */
  readonly isMissing: boolean;
  /** Null while the image or the screen has no size. */
  readonly stage: ViewerStage | null;
  /** The element that the image is shown in; `holderRef` goes to it. */
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly holderRef: RefCallback<HTMLDivElement>;
}

/**
 * What there is to show of an image, and where. What belongs to another image, or to a file that has changed since,
 * counts as not there.
 * @param known the image's size where a result says it
 */
export function usePicture({ imageId, version, file, pyramid }: PictureSource, known?: Size | null): Picture {
  const isChanged = file === 'changed';
  const tiles = pyramid?.imageId === imageId && !isChanged ? pyramid : null;
  const thumbnail = isChanged || file === null ? null : authorisedMediaUrls.thumbnail(imageId, version);
  const small = useResource(pictures, thumbnail);
  const isBroken = useSyncExternalStore(
    pictures.subscribe,
    () => thumbnail !== null && pictures.isBroken(thumbnail),
  );
  const { width, height } = tiles ?? known ?? small ?? { width: 0, height: 0 };
  return { ...useStage(width, height), thumbnail, pyramid: tiles, isMissing: isBroken && tiles === null };
}
