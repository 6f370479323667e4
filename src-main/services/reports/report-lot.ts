import { ClipSamError } from '../../../src-shared/errors.ts';
import type { ReportLot } from '../../reports/report-records.ts';

/** What a report says of a lot; null where it is about none. @throws ClipSamError `not-found` */
export async function reportLot(lotId: number | null): Promise<ReportLot | null> {
  if (lotId === null) return null;
  throw new ClipSamError('not-found', `The workspace has no lot ${lotId}.`);
}
