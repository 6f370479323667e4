import { useTranslation } from 'react-i18next';
import type { CatalogueItem } from '../../src-shared/contract/packs.ts';

/** Picks the window's language of a text that packs bring in both. */
export function useLocalText(): (text: CatalogueItem['purpose']) => string {
  const { i18n } = useTranslation();
  return (text) => text[i18n.language === 'zh-CN' ? 'zh-CN' : 'en'];
}
