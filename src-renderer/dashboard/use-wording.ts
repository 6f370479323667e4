import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../state/session.ts';
import type { FigureWording } from './figures.ts';

/** The texts and number formats of the window; the same object until the language changes. */
export function useWording(): FigureWording {
  const { t } = useTranslation(['dashboard', 'app']);
  const language = useSession((session) => session.language);
  return useMemo(() => ({ t, language }), [t, language]);
}
