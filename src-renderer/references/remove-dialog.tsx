import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReferenceWhatIf } from '../../src-shared/contract/references.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { FlipList } from './flip-list.tsx';
import { ScoringProgress } from './scoring-progress.tsx';
import { useScoring } from './use-scoring.ts';

interface RemoveDialogProps {
  /** Null: closed. */
  readonly items: readonly number[] | null;
  onClose(): void;
  onRemove(items: readonly number[]): void;
}

/** Before something is forgotten: the verdicts that would be others without it. */
export function RemoveDialog({ items, onClose, onRemove }: RemoveDialogProps) {
  const { t } = useTranslation(['references', 'app']);
  return (
    <Modal
      opened={items !== null}
      onClose={onClose}
      title={t('removing.title', { count: items?.length ?? 0 })}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      size="lg"
      centered
    >
      {items && <Removal items={items} onClose={onClose} onRemove={onRemove} />}
    </Modal>
  );
}

function Removal({
  items,
  onClose,
  onRemove,
}: Omit<RemoveDialogProps, 'items'> & { readonly items: readonly number[] }) {
  const { t } = useTranslation(['references', 'app']);
  const { client } = useWorkstation();
  const { isRunning, progress, end, failure, start } = useScoring<{ readonly whatIf: ReferenceWhatIf }>();
  useEffect(() => {
    const change = { kind: 'remove' as const, items: [...items] };
    void start((signal) => client.references.whatIf({ change }, { signal }));
  }, [items, client, start]);
  const isKnown = end !== null || failure !== null;
  return (
    <Stack>
      <Text size="sm">{t('removing.why')}</Text>
      {isRunning && <ScoringProgress progress={progress} />}
      {end && <FlipList whatIf={end.whatIf} />}
      {failure && (
        <div role="alert">
          <Text size="sm" fw={600}>
            {t('flips.failed')}
          </Text>
          <FailureDetails failure={failure} size="xs" />
        </div>
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('app:cancel')}
        </Button>
        {/* It has the focus from the beginning, so it must not be disabled for good. */}
        <Button
          data-autofocus
          data-disabled={!isKnown || undefined}
          aria-disabled={!isKnown}
          onClick={() => isKnown && onRemove(items)}
        >
          {t('removing.do', { count: items.length })}
        </Button>
      </Group>
    </Stack>
  );
}
