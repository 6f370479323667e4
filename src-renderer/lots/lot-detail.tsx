import { Alert, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconInfoCircle, IconPhotoSearch } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { LotDetails, LotNotice } from '../../src-shared/sampling/lot.ts';
import { plainText } from '../i18n/plain-text.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { SignaturePanel } from '../signatures/signature-panel.tsx';
import { type Fact, Facts } from '../ui/facts.tsx';
import { useFormat } from '../ui/use-format.ts';
import { ClassTable } from './class-table.tsx';
import { LotDecisions } from './lot-decisions.tsx';
import { LotBadge } from './lot-list.tsx';
import { judgeSampleAction } from './lots-actions.ts';

/** A lot: plan, sample, what was found, what was decided. */
export function LotDetail({ details, onJudge }: { readonly details: LotDetails; onJudge(): void }) {
  const { t } = useTranslation('lots');
  const format = useFormat();
  const { lot, finding, notices } = details;
  const progress = { judged: format.count(finding.judged), total: format.count(finding.total) };
  return (
    <Stack gap="md">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Title order={2} size="h4">
          <bdi>{plainText(t('name', { id: lot.id, lot: lot.lot }))}</bdi>
        </Title>
        <LotBadge state={details} />
      </Group>
      <Group gap="md" wrap="nowrap">
        <Progress flex={1} value={(100 * finding.judged) / Math.max(1, finding.total)} aria-hidden />
        <Text size="sm" role="status" data-testid="lot-progress">
          {t('progress', progress)}
        </Text>
        <Button
          leftSection={<IconPhotoSearch size={16} />}
          rightSection={<KeyHint action={judgeSampleAction} hidden />}
          onClick={onJudge}
        >
          {t('judge')}
        </Button>
      </Group>
      <LotNotices notices={notices} />
      <ClassTable plans={lot.plans} finding={finding} />
      <LotDecisions details={details} />
      <SignaturePanel subject="lot" subjectId={String(lot.id)} />
      <Title order={3} size="h5">
        {t('facts.title')}
      </Title>
      <Facts facts={useLotFacts(details)} />
      <CheckNote />
    </Stack>
  );
}

/** Plans are data of this program, not the standard. */
export function CheckNote() {
  const { t } = useTranslation('lots');
  return (
    <Text size="xs" c="dimmed">
      {t('check-edition')}
    </Text>
  );
}

function LotNotices({ notices }: { readonly notices: readonly LotNotice[] }) {
  const { t } = useTranslation('lots');
  const format = useFormat();
  if (notices.length === 0) return null;
  return (
    <Alert color="yellow" p="xs" icon={<IconInfoCircle size={18} />} data-testid="lot-notices">
      {notices.map(({ code, count }) => (
        <Text key={code} size="sm">
          {t(`notice.${code}`, { number: format.count(count) })}
        </Text>
      ))}
    </Alert>
  );
}

function useLotFacts({ lot, resubmittedAs }: LotDetails): readonly Fact[] {
  const { t } = useTranslation('lots');
  const format = useFormat();
  const { frame } = lot;
  const facts: (Fact | false)[] = [
    [t('facts.batch'), plainText(lot.batchName)],
    lot.partNumber !== '' && [t('facts.part'), plainText(lot.partNumber)],
    lot.supplier !== '' && [t('facts.supplier'), plainText(lot.supplier)],
    [t('facts.size'), t('items', { count: lot.size, number: format.count(lot.size) })],
    [t('facts.standard'), t(`standard.${lot.standard}`)],
    [t('facts.level'), lot.level],
    lot.overrideReason !== '' && [t('facts.override'), plainText(lot.overrideReason)],
    lot.resubmits !== null && [t('facts.resubmits'), String(lot.resubmits)],
    resubmittedAs !== null && [t('facts.resubmitted'), String(resubmittedAs)],
    [
      t('facts.drawn'),
      t('drawn', {
        sample: format.count(lot.sampleSize),
        images: format.count(frame.images),
        unreadable: format.count(frame.unreadable.length),
      }),
    ],
    [t('facts.seed'), lot.seed],
    [t('facts.begun'), `${plainText(lot.inspector)}, ${format.moment(lot.createdAt)}`],
  ];
  return facts.filter((fact) => fact !== false);
}
