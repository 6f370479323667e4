import { useElementSize, useMergedRef } from '@mantine/hooks';
import { type RefCallback, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { ViewerStage } from './viewport.ts';

interface MeasuredStage {
  /** Null while the image or the screen has no size. */
  readonly stage: ViewerStage | null;
  /** The element that the image is shown in; `holderRef` goes to it. */
  readonly holder: RefObject<HTMLDivElement | null>;
  readonly holderRef: RefCallback<HTMLDivElement>;
}

/** Where an image of `imageWidth` × `imageHeight` pixels (0: not known yet) is shown, as large as its element is now. */
export function useStage(imageWidth: number, imageHeight: number): MeasuredStage {
  const holder = useRef<HTMLDivElement>(null);
  const { ref: measured, width, height } = useElementSize<HTMLDivElement>();
  const holderRef = useMergedRef(holder, measured);
  const ratio = useDevicePixelRatio();
  const stage = useMemo(() => {
    const isThere = imageWidth > 0 && imageHeight > 0 && width > 0 && height > 0;
    return isThere
      ? { image: { width: imageWidth, height: imageHeight }, screen: { width, height }, ratio }
      : null;
  }, [imageWidth, imageHeight, width, height, ratio]);
  return { stage, holder, holderRef };
}

function useDevicePixelRatio(): number {
  const [ratio, setRatio] = useState(window.devicePixelRatio);
  useEffect(() => {
    const query = matchMedia(`(resolution: ${ratio}dppx)`);
    const change = () => setRatio(window.devicePixelRatio);
    query.addEventListener('change', change);
    return () => query.removeEventListener('change', change);
  }, [ratio]);
  return ratio;
}
