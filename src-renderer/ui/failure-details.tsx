import { Text, type TextProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Failure, failureText } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import classes from './failure-details.module.css';

/** What went wrong and what to do, with the program's own words to unfold. */
export function FailureDetails({ failure, ...props }: { readonly failure: Failure } & TextProps) {
  const { t } = useTranslation('errors');
  return (
    <div className={classes.failure}>
      <Text size="sm" {...props}>
        {failureText(failure)}
      </Text>
      <details className={classes.details}>
        <summary>{t('details')}</summary>
        <p lang="en">
          {plainText(failure.message)} <code>{failure.code}</code>
        </p>
      </details>
    </div>
  );
}
