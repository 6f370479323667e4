import { Group, Table, Text, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ThetaProfile } from '../../src-shared/contract/what-if.ts';
import { MODEL_VERDICTS, nearestIndex, type WhatIf } from '../../src-shared/what-if.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './what-if.module.css';

/** What the run said against what the thresholds would say. */
export function TrialOutcome({ before, after }: { readonly before: WhatIf; readonly after: WhatIf }) {
  const { t } = useTranslation(['what-if', 'app']);
  const format = useFormat();
  const flips = after.flips.filter(({ count }) => count > 0);
  const { judged } = after.agreement;
  return (
    <>
      <TitledSection title={t('outcome.verdicts')}>
        <Comparison
          rows={MODEL_VERDICTS.map((verdict) => ({
            key: verdict,
            label: (
              <>
                <span className={classes.dot} data-verdict={verdict} /> {t(`app:verdict.${verdict}`)}
              </>
            ),
            before: before.totals[verdict],
            after: after.totals[verdict],
          }))}
        />
        {flips.length > 0 && (
          <ul className={classes.turns} data-testid="flip-counts">
            {flips.map(({ from, to, count }) => (
              <li key={from + to}>
                <span className={classes.dot} data-verdict={from} />
                {t(`app:verdict.${from}`)}
                <IconArrowRight size={13} aria-label={t('outcome.becomes')} />
                <span className={classes.dot} data-verdict={to} />
                {t(`app:verdict.${to}`)}
                <b>{format.count(count)}</b>
              </li>
            ))}
          </ul>
        )}
      </TitledSection>
      <TitledSection title={t('agreement.title')}>
        {judged === 0 ? (
          <Text size="xs" c="dimmed">
            {t('agreement.none')}
          </Text>
        ) : (
          <>
            <Text size="xs" c="dimmed">
              {t('agreement.about', { count: judged, number: format.count(judged) })}
            </Text>
            <Comparison
              rows={(['agreeing', 'falseAccepts', 'falseRejects', 'asked'] as const).map((key) => ({
                key,
                label: t(`agreement.${key}`),
                before: before.agreement[key],
                after: after.agreement[key],
              }))}
            />
          </>
        )}
      </TitledSection>
    </>
  );
}

/** What θ would do to the regions. */
export function RegionOutcome({
  profile,
  before,
  after,
}: {
  readonly profile: ThetaProfile;
  /** θ of the run, and the one tried out. */
  readonly before: number;
  readonly after: number;
}) {
  const { t } = useTranslation('what-if');
  const format = useFormat();
  const [now, then] = [nearestIndex(profile.thetas, before), nearestIndex(profile.thetas, after)];
  return (
    <>
      <Comparison
        rows={(['regions', 'imagesWithRegion'] as const).map((key) => ({
          key,
          label: t(`theta.${key}`),
          before: profile[key][now]!,
          after: profile[key][then]!,
        }))}
      />
      <Text size="xs" data-testid="theta-change">
        {t('theta.change', {
          appearing: format.count(profile.appearing[then]!),
          vanishing: format.count(profile.vanishing[then]!),
        })}
      </Text>
    </>
  );
}

/** A titled part of the panel. */
export function TitledSection({
  title,
  action,
  children,
}: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={classes.section}>
      <Group justify="space-between" mih={26}>
        <Title order={2} size="sm">
          {title}
        </Title>
        {action}
      </Group>
      {children}
    </section>
  );
}

interface Compared {
  readonly key: string;
  readonly label: ReactNode;
  readonly before: number;
  readonly after: number;
}

function Comparison({ rows }: { readonly rows: readonly Compared[] }) {
  const { t } = useTranslation('what-if');
  const format = useFormat();
  return (
    <Table verticalSpacing={2} horizontalSpacing={4} className={classes.table}>
      <Table.Thead>
        <Table.Tr>
          <Table.Td />
          <Table.Th>{t('outcome.before')}</Table.Th>
          <Table.Th>{t('outcome.after')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ key, label, before, after }) => (
          <Table.Tr key={key} data-row={key}>
            <Table.Th>{label}</Table.Th>
            <Table.Td>{format.count(before)}</Table.Td>
            <Table.Td data-changed={after !== before || undefined}>{format.count(after)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
