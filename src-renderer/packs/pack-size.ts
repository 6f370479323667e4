import type { TFunction } from 'i18next';
import type { CatalogueItem } from '../../src-shared/contract/packs.ts';
import type { useFormat } from '../ui/use-format.ts';

export type Translate = TFunction<'models'>;
export type Format = ReturnType<typeof useFormat>;

/** What is downloaded of a pack. */
export function downloadSizeText(
  { bytes, isApproximate }: Pick<CatalogueItem, 'bytes' | 'isApproximate'>,
  t: Translate,
  format: Format,
): string {
  const size = format.bytes(bytes);
  return t('catalogue.download', { size: isApproximate ? t('catalogue.roughly', { size }) : size });
}
