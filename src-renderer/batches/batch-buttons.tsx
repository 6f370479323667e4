import { ActionIcon, Button, Menu, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAdjustments,
  IconArchive,
  IconArchiveOff,
  IconArrowBackUp,
  IconBookmarks,
  IconDots,
  IconDownload,
  IconFileText,
  IconPencil,
  IconPlus,
  IconRepeat,
  IconTrash,
  IconTrashX,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { useDenied } from '../state/people.ts';
import { StudyDialog } from '../studies/study-dialog.tsx';
import { batchState } from './batch-state.ts';
import type { BatchCommands } from './use-batch-commands.ts';

interface BatchButtonsProps {
  readonly row: BatchSummaryRow;
  readonly commands: BatchCommands;
}

/** What can be done with a batch that is there. */
export function BatchButtons({ row, commands }: BatchButtonsProps) {
  const { t } = useTranslation(['batches', 'app']);
  const [isStudying, studies] = useDisclosure(false);
  const hasResults = row.run !== null && row.run.done > 0;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconAdjustments size={16} />}
        disabled={!hasResults}
        onClick={commands.whatIf}
      >
        {t('app:screens.what-if')}
      </Button>
      <Button
        variant="default"
        leftSection={<IconDownload size={16} />}
        disabled={!hasResults}
        onClick={commands.exportResults}
      >
        {t('export.open')}
      </Button>
      <Tooltip label={t('edit')}>
        <ActionIcon variant="default" size={36} aria-label={t('edit')} onClick={commands.edit}>
          <IconPencil size={17} />
        </ActionIcon>
      </Tooltip>
      <BatchMenu row={row} commands={commands} onStudies={studies.open} />
      <StudyDialog batch={isStudying ? row.batch : null} images={row.images} onClose={studies.close} />
    </>
  );
}

function BatchMenu({ row, commands, onStudies }: BatchButtonsProps & { onStudies(): void }) {
  const { t } = useTranslation(['batches', 'studies', 'app']);
  const denied = useDenied();
  const isArchived = row.batch.archivedAt !== null;
  const isRunning = ['running', 'paused'].includes(batchState(row));
  return (
    <Menu position="bottom-end" withArrow>
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t('more')}>
          <IconDots size={17} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPlus size={16} />} onClick={commands.addImages}>
          {t('add-images')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconFileText size={16} />}
          disabled={row.run === null || row.run.done === 0}
          {...denied('reports.make')}
          onClick={commands.report}
        >
          {t('make-report')}
          <Why>{denied('reports.make').title}</Why>
        </Menu.Item>
        <Menu.Item leftSection={<IconBookmarks size={16} />} onClick={commands.references}>
          {t('app:screens.references')}
        </Menu.Item>
        <Menu.Item leftSection={<IconRepeat size={16} />} disabled={row.images < 2} onClick={onStudies}>
          {t('studies:open')}
        </Menu.Item>
        <Menu.Item
          leftSection={isArchived ? <IconArchiveOff size={16} /> : <IconArchive size={16} />}
          {...denied('batches.archive')}
          onClick={commands.archive}
        >
          {t(isArchived ? 'unarchive' : 'archive')}
          <Why>{denied('batches.archive').title}</Why>
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} />}
          disabled={isRunning}
          {...denied('batches.delete')}
          onClick={commands.remove}
        >
          {t('delete')}
          <Why>{denied('batches.delete').title}</Why>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What can be done with a deleted batch. */
export function DeletedBatchButtons({ commands }: Pick<BatchButtonsProps, 'commands'>) {
  const { t } = useTranslation('batches');
  const denied = useDenied();
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconTrashX size={16} />}
        {...denied('batches.purge')}
        onClick={commands.purge}
      >
        {t('purge.open')}
      </Button>
      <Button
        leftSection={<IconArrowBackUp size={16} />}
        {...denied('batches.delete')}
        onClick={commands.remove}
      >
        {t('restore')}
      </Button>
    </>
  );
}

/** Why an entry of the menu is disabled: it shows no title. */
function Why({ children }: { readonly children: string | undefined }) {
  return children === undefined ? null : (
    <Text size="xs" c="dimmed" component="span" display="block">
      {children}
    </Text>
  );
}
