import { Anchor, Group, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { StudyResults } from '../../src-shared/study.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo } from '../state/routes.ts';
import { AgreedShare, Kappa } from '../ui/agreement-values.tsx';
import { useFormat } from '../ui/use-format.ts';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './studies.module.css';

interface TableProps {
  readonly results: StudyResults;
}

/** The agreement of all with all. */
export function Overall({ results: { overall, inspectors } }: TableProps) {
  const { t } = useTranslation('studies');
  return (
    <Section title={t('overall.title')}>
      <Group gap="xl">
        <div data-testid="overall-kappa">
          <Text size="sm" className={classes.quiet}>
            {t('overall.kappa')}
          </Text>
          <Kappa value={overall.kappa} large />
        </div>
        <div>
          <Text size="sm" className={classes.quiet}>
            {t('overall.agreed')}
          </Text>
          <AgreedShare of={overall} />
        </div>
      </Group>
      {inspectors.length === 1 && <Text size="sm">{t('overall.single')}</Text>}
    </Section>
  );
}

/** How every inspector agrees with themselves, and with the truth. */
export function InspectorTable({ results: { inspectors } }: TableProps) {
  const { t } = useTranslation('studies');
  const heads = ['inspector', 'repeatability', 'alike', 'reference', 'misses', 'false-alarms'] as const;
  return (
    <Section title={t('table.title')}>
      <Table data-testid="inspectors">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {t(`table.${head}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inspectors.map(({ inspector, repeatability, reference }) => (
            <Table.Tr key={inspector}>
              <Table.Th scope="row">
                <bdi>{plainText(inspector)}</bdi>
              </Table.Th>
              <Table.Td>
                <Kappa value={repeatability.kappa} />
              </Table.Td>
              <Table.Td>
                <AgreedShare of={repeatability} />
              </Table.Td>
              <Table.Td>{reference ? <Kappa value={reference.kappa} /> : '–'}</Table.Td>
              <Table.Td>
                {reference ? t('table.of', { count: reference.misses, total: reference.defective }) : '–'}
              </Table.Td>
              <Table.Td>
                {reference ? t('table.of', { count: reference.falseAlarms, total: reference.good }) : '–'}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

/** How any two inspectors agree. */
export function PairTable({ results: { pairs } }: TableProps) {
  const { t } = useTranslation('studies');
  return (
    <Section title={t('table.pair')}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('table.pair')}</Table.Th>
            <Table.Th scope="col">{t('table.pair-kappa')}</Table.Th>
            <Table.Th scope="col">{t('table.pair-alike')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {pairs.map((pair) => (
            <Table.Tr key={`${pair.first}\n${pair.second}`}>
              <Table.Th scope="row">
                {t('table.pair-names', { first: plainText(pair.first), second: plainText(pair.second) })}
              </Table.Th>
              <Table.Td>
                <Kappa value={pair.kappa} />
              </Table.Td>
              <Table.Td>
                <AgreedShare of={pair} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

/** The images that were not judged alike. */
export function Disagreements({ results: { disagreements, inspectors, study } }: TableProps) {
  const { t } = useTranslation(['studies', 'app']);
  const format = useFormat();
  return (
    <Section title={t('disagreements.title', { number: format.count(disagreements.length) })}>
      {disagreements.length === 0 ? (
        <Text size="sm">{t('disagreements.none')}</Text>
      ) : (
        <Table data-testid="disagreements">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('disagreements.image')}</Table.Th>
              <Table.Th scope="col">{t('disagreements.truth')}</Table.Th>
              {inspectors.map(({ inspector }) => (
                <Table.Th key={inspector} scope="col">
                  <bdi>{plainText(inspector)}</bdi>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {disagreements.map(({ imageId, name, reference, answers }) => (
              <Table.Tr key={imageId}>
                <Table.Th scope="row">
                  <Anchor
                    href={`#${routeTo.review(study.batchId, imageId)}`}
                    size="sm"
                    aria-label={t('disagreements.open', { name: plainText(name) })}
                  >
                    <bdi>{plainText(name)}</bdi>
                  </Anchor>
                </Table.Th>
                <Table.Td>{reference ? t(`app:verdict.${reference}`) : t('disagreements.unknown')}</Table.Td>
                {answers.map(({ inspector, verdicts }) => (
                  <Table.Td key={inspector}>
                    <Answers verdicts={verdicts} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}

function Answers({ verdicts }: { readonly verdicts: readonly HumanVerdict[] }) {
  const { t } = useTranslation('app');
  const label = verdicts.map((verdict) => t(`verdict.${verdict}`)).join(', ');
  return (
    <span className={classes.marks} role="img" aria-label={label} title={label}>
      {verdicts.map((verdict, round) => {
        const Icon = HUMAN_ICONS[verdict];
        // biome-ignore lint/suspicious/noArrayIndexKey: the round is what tells answers apart
        return <Icon key={round} size={18} className={verdictClass(verdict)} />;
      })}
    </span>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Title order={2} size="h5">
        {title}
      </Title>
      {children}
    </section>
  );
}
