import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type Agreement, readingOf } from '../../src-shared/agreement.ts';
import classes from './agreement-values.module.css';
import { useFormat } from './use-format.ts';

const COLOURS = { good: 'teal', between: 'gray', poor: 'red' } as const;

/** A kappa and how it is read; null: it is not defined. */
export function Kappa({ value, large = false }: { readonly value: number | null; readonly large?: boolean }) {
  const { t } = useTranslation('studies');
  if (value === null) return <Text size="sm">{t('undefined')}</Text>;
  const { aiag, landis } = readingOf(value);
  return (
    <Group gap={8} wrap="nowrap">
      <Text size={large ? 'xl' : 'sm'} fw={600} className={classes.number}>
        {value.toFixed(2)}
      </Text>
      <Badge variant="outline" color={COLOURS[aiag]} autoContrast tt="none" radius="sm" c="inherit">
        {t('read', { aiag: t(`reading.${aiag}`), landis: t(`landis.${landis}`) })}
      </Badge>
    </Group>
  );
}

/** How many judgements agreed, with the confidence interval. */
export function AgreedShare({ of: { agreed, total, interval } }: { readonly of: Agreement }) {
  const { t } = useTranslation('studies');
  const format = useFormat();
  return (
    <>
      <Text size="sm">{t('overall.share', { agreed, total, share: format.share(agreed, total) })}</Text>
      {interval && (
        <Text size="xs" className={classes.quiet}>
          {t('overall.interval', {
            low: format.share(interval[0], 1),
            high: format.share(interval[1], 1),
          })}
        </Text>
      )}
    </>
  );
}
