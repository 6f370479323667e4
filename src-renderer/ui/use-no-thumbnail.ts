import { useState } from 'react';

/** Why a small picture is not there: its file is another one than what was inspected, or something else. */
export type NoThumbnail = 'changed' | 'absent';

/**
 * What an `img` with a thumbnail that stands beside a result has to do when it fails: find out why, since an image
 * element does not tell.
 * @returns null while nothing failed
 */
export function useNoThumbnail(url: string): readonly [NoThumbnail | null, () => void] {
  const [failed, setFailed] = useState<{ readonly url: string; readonly why: NoThumbnail } | null>(null);
  const onError = () => {
    setFailed({ url, why: 'absent' });
    fetch(url, { method: 'HEAD' }).then(
      ({ status }) => status === 409 && setFailed({ url, why: 'changed' }),
      () => {},
    );
  };
  return [failed?.url === url ? failed.why : null, onError];
}
