import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { MemoryChange } from '../../src-shared/reference-set.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useFormat } from '../ui/use-format.ts';
import { useChangeWords } from './change-words.ts';
import classes from './references.module.css';
import { canUndo } from './use-changes.ts';

/** Every change that was asked for, newest first: who, when, what, what became of it, and taking it back. */
export function ChangeHistory({
  changes,
  isBusy,
  onUndo,
}: {
  readonly changes: readonly MemoryChange[];
  readonly isBusy: boolean;
  onUndo(id: number): void;
}) {
  const { t } = useTranslation('references');
  if (changes.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label={t('history')}>
      <Title order={3} size="sm">
        {t('history')}
      </Title>
      <ol className={classes.history}>
        {changes.map((change) => (
          <Entry
            key={change.id}
            change={change}
            {...(canUndo(change, changes) && { onUndo: () => onUndo(change.id) })}
            isBusy={isBusy}
          />
        ))}
      </ol>
    </Stack>
  );
}

function Entry({
  change,
  isBusy,
  onUndo,
}: {
  readonly change: MemoryChange;
  readonly isBusy: boolean;
  /** Where it can be taken back. */
  onUndo?(): void;
}) {
  const { t } = useTranslation('references');
  const format = useFormat();
  const words = useChangeWords();
  const denied = useDenied()('references.undo');
  const { id, at, inspector, origin, state, undoes, decision } = change;
  const what = words(change);
  return (
    <li data-state={state}>
      <Text size="sm" component="div" className={classes.what}>
        {what}
        {undoes !== null && ` (${t('undoing')})`}
        {undoes === null && origin !== 'hand' && ` (${t(`origin.${origin}`)})`}
        {state !== 'effective' && <strong> · {t(`state.${state}`)}</strong>}
        {decision?.inspector && (
          <>
            {' · '}
            {t(`decided.${state === 'effective' ? 'effective' : 'rejected'}`, {
              name: plainText(decision.inspector),
            })}
            {decision.comment && ` “${plainText(decision.comment)}”`}
          </>
        )}
      </Text>
      <Group gap="xs" wrap="nowrap" className={classes.who}>
        <Text size="xs" c="dimmed">
          <bdi>{plainText(inspector)}</bdi>, {format.moment(at)}
        </Text>
        {onUndo && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconArrowBackUp size={14} />}
            aria-label={t('undo-of', { what, id })}
            disabled={isBusy}
            {...denied}
            onClick={onUndo}
          >
            {t('undo')}
          </Button>
        )}
      </Group>
    </li>
  );
}
