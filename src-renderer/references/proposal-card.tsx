import { Alert, Button, Group, Progress, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconHourglass, IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReferenceWhatIf } from '../../src-shared/contract/references.ts';
import type { GuardExamination, MemoryChange } from '../../src-shared/reference-set.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied, useOthersWord } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { verdictClass } from '../ui/verdict-icons.tsx';
import { useChangeWords } from './change-words.ts';
import { FlipList } from './flip-list.tsx';
import { MarkedPicture } from './memory-card.tsx';
import classes from './references.module.css';
import { ScoringProgress } from './scoring-progress.tsx';
import type { Changes } from './use-changes.ts';
import { useScoring } from './use-scoring.ts';

/** Pictures of a change that are shown. */
const SHOWN = 8;

/** A change that does not count yet: what it is, what would be missed with it, and the word that it waits for. */
export function ProposalCard({
  change,
  changes,
}: {
  readonly change: MemoryChange;
  readonly changes: Changes;
}) {
  const { t } = useTranslation('references');
  const format = useFormat();
  const words = useChangeWords();
  const { state, items, inspector, at, origin, progress, examination } = change;
  const isExamined = state === 'examining';
  return (
    <Alert
      component="section"
      role="region"
      aria-label={t(`state.${state}`)}
      variant="default"
      className={classes.proposal ?? ''}
      icon={isExamined ? <IconHourglass /> : <IconShieldCheck className={verdictClass('warn') ?? ''} />}
      title={t(`state.${state}`)}
      data-testid="proposal"
    >
      <Stack gap="xs">
        <Text size="sm">
          <bdi>{plainText(inspector)}</bdi>, {format.moment(at)}: {words(change)} ({t(`origin.${origin}`)})
        </Text>
        <Group gap={6}>
          {items.slice(0, SHOWN).map(({ item }) => (
            <span key={item.id} className={classes.small}>
              <MarkedPicture item={item} />
            </span>
          ))}
        </Group>
        {isExamined && (
          <>
            <Text size="sm">{progress ? t('examining', progress) : t('examining-soon')}</Text>
            <Progress
              aria-label={t('state.examining')}
              value={progress && progress.total > 0 ? (progress.done / progress.total) * 100 : 0}
              animated
            />
          </>
        )}
        {examination && <Findings examination={examination} />}
        {state === 'waiting' && <Flips id={change.id} />}
        <Word change={change} changes={changes} />
      </Stack>
    </Alert>
  );
}

/** The confirmed defects that would be missed, and those of which nobody knows. */
function Findings({ examination }: { readonly examination: GuardExamination }) {
  const { t } = useTranslation(['references', 'app']);
  const { confirmed, examined, unread, missed, error, withoutCrowd = 0, withoutPart = 0 } = examination;
  return (
    <>
      {error && (
        <div>
          <Text size="sm" fw={600}>
            {t('unexamined')}
          </Text>
          <FailureDetails failure={error} size="xs" />
        </div>
      )}
      {missed.length > 0 && (
        <>
          <Text size="sm" fw={600}>
            {t('missed', { count: missed.length, of: examined })}
          </Text>
          <Table verticalSpacing={3} className={classes.missed}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('image')}</Table.Th>
                <Table.Th>{t('defect')}</Table.Th>
                <Table.Th>{t('before')}</Table.Th>
                <Table.Th>{t('after')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {missed.map(({ runId, imageId, name, defectClass, before, after }) => (
                <Table.Tr key={`${runId} ${imageId}`}>
                  <Table.Td>
                    <bdi>{plainText(name)}</bdi>
                  </Table.Td>
                  <Table.Td>{plainText(defectClass) || '–'}</Table.Td>
                  <Table.Td>
                    {before.score.toFixed(3)} {t(`app:verdict.${before.verdict}`)}
                  </Table.Td>
                  <Table.Td>
                    {after.score.toFixed(3)} {t(`app:verdict.${after.verdict}`)}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      )}
      {unread > 0 && <Text size="xs">{t('unread', { count: unread })}</Text>}
      {withoutCrowd > 0 && <Text size="xs">{t('without-crowd', { count: withoutCrowd })}</Text>}
      {withoutPart > 0 && <Text size="xs">{t('without-part', { count: withoutPart })}</Text>}
      {examined + unread < confirmed && (
        <Text size="xs">{t('only-newest', { examined: examined + unread, confirmed })}</Text>
      )}
    </>
  );
}

/** The verdicts that it would turn over, when asked for. */
function Flips({ id }: { readonly id: number }) {
  const { t } = useTranslation('references');
  const { client } = useWorkstation();
  const denied = useDenied()('references.whatIf');
  const { isRunning, progress, end, failure, start } = useScoring<{ readonly whatIf: ReferenceWhatIf }>();
  const change = { kind: 'proposal' as const, id };
  if (isRunning) return <ScoringProgress progress={progress} />;
  if (end) return <FlipList whatIf={end.whatIf} />;
  return (
    <div>
      {failure && <FailureDetails failure={failure} size="xs" />}
      <Button
        size="compact-xs"
        variant="subtle"
        {...denied}
        onClick={() => void start((signal) => client.references.whatIf({ change }, { signal }))}
      >
        {t('flips.show')}
      </Button>
    </div>
  );
}

/** Letting it count, or dropping it. */
function Word({ change, changes }: { readonly change: MemoryChange; readonly changes: Changes }) {
  const { t } = useTranslation('references');
  const [comment, setComment] = useState('');
  const denied = useDenied();
  const othersWord = useOthersWord();
  const { id, state, inspector } = change;
  const why = othersWord('references.reject-of-others', inspector);
  const refused = why === null ? denied('references.reject') : { disabled: true, title: why };
  return (
    <Group gap="xs" align="flex-end">
      {state === 'waiting' && (
        <TextInput
          size="xs"
          flex={1}
          maw={420}
          maxLength={2000}
          label={t('comment')}
          value={comment}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
      )}
      {state === 'waiting' && (
        <Button
          size="xs"
          disabled={changes.isBusy}
          {...denied('references.approve')}
          onClick={() => changes.approve(id, comment.trim())}
        >
          {t('approve')}
        </Button>
      )}
      <Button
        size="xs"
        variant="default"
        disabled={changes.isBusy}
        {...refused}
        onClick={() => changes.reject(id, comment.trim())}
      >
        {t(state === 'waiting' ? 'reject' : 'cancel')}
      </Button>
    </Group>
  );
}
