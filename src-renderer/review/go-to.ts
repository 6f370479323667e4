import i18next from 'i18next';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { OpenElsewhere } from '../state/presence.ts';
import { showStatus } from './status-line.ts';

/** Goes to an image; says so where only such are left that somebody else has open. */
export function goTo(
  { imageId }: ReviewRow,
  elsewhere: OpenElsewhere,
  select: (imageId: number) => void,
): void {
  select(imageId);
  if (elsewhere.has(imageId)) showStatus(i18next.t('review:said.open-elsewhere'));
}
