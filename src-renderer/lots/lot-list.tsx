import { Badge, Button, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LotState } from '../../src-shared/sampling/lot.ts';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './lots.module.css';

/** The lots, newest first, each with what its sample says and what was decided. */
export function LotList({
  lots,
  current,
  onMore,
}: {
  readonly lots: readonly LotState[];
  readonly current: number | null;
  readonly onMore: (() => void) | undefined;
}) {
  const { t } = useTranslation('lots');
  return (
    <nav className={classes.list} aria-label={t('list')}>
      <ul className={classes.rows}>
        {lots.map((state) => (
          <li key={state.lot.id}>
            <LotRow state={state} isCurrent={state.lot.id === current} />
          </li>
        ))}
      </ul>
      {onMore && (
        <Button variant="default" size="xs" m="sm" onClick={onMore}>
          {t('more')}
        </Button>
      )}
    </nav>
  );
}

function LotRow({ state, isCurrent }: { readonly state: LotState; readonly isCurrent: boolean }) {
  const { t } = useTranslation('lots');
  const format = useFormat();
  const go = useGo();
  const { lot, finding } = state;
  const facts = [lot.partNumber, lot.supplier].filter(Boolean).map(plainText);
  return (
    <UnstyledButton
      className={classes.row}
      aria-current={isCurrent ? 'true' : undefined}
      onClick={() => go(routeTo.lots(lot.id))}
    >
      <span className={classes.line}>
        <PlainName size="sm" fw={600}>
          {t('name', { id: lot.id, lot: lot.lot })}
        </PlainName>
        <LotBadge state={state} />
      </span>
      <Text size="xs" component="span" className={classes.quiet}>
        {[...facts, t('items', { count: lot.size, number: format.count(lot.size) })].join(' · ')}
      </Text>
      <Text size="xs" component="span" className={classes.quiet}>
        {t('progress', { judged: format.count(finding.judged), total: format.count(finding.total) })}
      </Text>
    </UnstyledButton>
  );
}

/** What was decided, else what the sample says so far. */
export function LotBadge({ state: { decision, finding } }: { readonly state: LotState }) {
  const { t } = useTranslation('lots');
  const word = decision?.disposition ?? finding.conformity;
  const hue = { accepted: 'teal', rejected: 'red', open: 'gray', cancelled: 'gray', withdrawn: 'gray' }[word];
  return (
    <Badge
      // Dark enough for white letters.
      color={decision ? `${hue}.9` : hue}
      variant={decision ? 'filled' : 'outline'}
      className={classes.badge ?? ''}
      data-testid="lot-badge"
    >
      {decision ? t(`disposition.${decision.disposition}`) : t(`says.${finding.conformity}`)}
    </Badge>
  );
}
