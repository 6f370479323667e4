import { useTranslation } from 'react-i18next';
import { failureText } from '../i18n/failure-text.ts';
import classes from './viewer-notice.module.css';
import type { ViewerProps } from './viewer-props.ts';

/** Why there is nothing to see, over the image. */
export function ViewerNotice({ text }: { readonly text: string | null }) {
  return text === null ? null : <div className={classes.notice}>{text}</div>;
}

/** What is wrong with an image or its result; null: nothing. */
export function useNotice({
  outcome,
  file,
  isMissing,
}: Pick<ViewerProps, 'outcome' | 'file'> & { readonly isMissing: boolean }): string | null {
  const { t } = useTranslation('viewer');
  if (outcome?.status === 'failed') return failureText(outcome.error);
  if (file === 'changed') return t(outcome?.status === 'done' ? 'changed' : 'changed-import');
  if (isMissing) return t(file === 'missing' ? 'missing' : 'unreadable');
  return outcome?.status === 'pending' ? t('pending') : null;
}
