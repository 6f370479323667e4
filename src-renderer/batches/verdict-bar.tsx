import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { MODEL_VERDICTS } from '../../src-shared/what-if.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';

/** Shares of the model's verdicts; `thin`: only the bar. */
export function VerdictBar({
  verdicts,
  thin = false,
}: {
  readonly verdicts: Readonly<Record<ModelVerdict, number>>;
  readonly thin?: boolean;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const total = verdicts.accept + verdicts.warn + verdicts.reject;
  const bar = (
    <div className={classes.verdicts} data-thin={thin || undefined} aria-hidden>
      {MODEL_VERDICTS.filter((verdict) => verdicts[verdict] > 0).map((verdict) => (
        <span key={verdict} data-verdict={verdict} style={{ flexGrow: verdicts[verdict] }} />
      ))}
    </div>
  );
  if (thin) return bar;
  return (
    <div>
      {bar}
      <Group gap="lg" mt={6}>
        {MODEL_VERDICTS.map((verdict) => (
          <Group key={verdict} gap={6}>
            <span className={classes.dot} data-verdict={verdict} />
            <Text size="sm">
              {t(`verdict.${verdict}`)} <b>{format.count(verdicts[verdict])}</b>
              <Text span c="dimmed" size="sm">
                {' '}
                {format.share(verdicts[verdict], total)}
              </Text>
            </Text>
          </Group>
        ))}
      </Group>
    </div>
  );
}
