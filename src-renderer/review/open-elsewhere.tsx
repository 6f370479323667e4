import { IconEye } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import classes from './open-elsewhere.module.css';

/** The names of those who have an image open elsewhere, as one text; undefined: nobody has. */
export function useNamesElsewhere(): (names: readonly (string | null)[] | undefined) => string | undefined {
  const { t, i18n } = useTranslation('review');
  return useCallback(
    (names) =>
      names &&
      new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(
        names.map((name) => (name === null ? t('elsewhere.another-window') : plainText(name))),
      ),
    [t, i18n.language],
  );
}

/** Over the image: who else has it open. It is there empty as well, so that screen readers tell what comes. */
export function OpenElsewhereNote({ names }: { readonly names: string | undefined }) {
  const { t } = useTranslation('review');
  return (
    <div role="status" className={classes.place}>
      {names !== undefined && (
        <span className={classes.note} data-testid="open-elsewhere">
          <IconEye size={16} aria-hidden />
          <span>{t('elsewhere.note', { names })}</span>
        </span>
      )}
    </div>
  );
}
