import type { BatchImage } from '../../../src-shared/batch.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { failure, toErrorRecord } from '../../../src-shared/errors.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';

/** Why a result is not one of the image that was imported; undefined: it is. */
export function objectionTo(image: BatchImage, result: InspectionResult): ErrorRecord | undefined {
  return isChanged(image, result) ? changed(image) : morePages(image, result);
}

function isChanged({ contentHash }: BatchImage, result: InspectionResult): boolean {
  return contentHash !== null && result.contentHash !== contentHash;
}

/** Of a file with several pictures whose import did not look into it, only the first would be judged. */
function morePages({ path, page }: BatchImage, { notices }: InspectionResult): ErrorRecord | undefined {
  const told = notices.find(({ code }) => code === 'page');
  if (page !== null || told?.code !== 'page') return undefined;
  return toErrorRecord(
    failure(
      'pages-unknown',
      { file: path, pages: told.pages },
      `The file has ${told.pages} pages and was imported as one picture. Import it again: then every page is an image.`,
    ),
  );
}

function changed({ path }: BatchImage): ErrorRecord {
  return toErrorRecord(
    failure(
      'file-changed',
      { file: path },
      'The file is not the one that was imported: its content changed since. Import it again to inspect the new content.',
    ),
  );
}
