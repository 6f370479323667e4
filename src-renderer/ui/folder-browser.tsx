import {
  ActionIcon,
  Anchor,
  Breadcrumbs,
  Button,
  Group,
  Loader,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconArrowUp } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FolderListing } from '../../src-shared/contract/app.ts';
import { endingsText } from '../../src-shared/endings.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { breadcrumbs, lastName } from '../i18n/paths.ts';
import { plainText } from '../i18n/plain-text.ts';
import classes from './folder-browser.module.css';
import { FolderEntries } from './folder-entries.tsx';
import { type FileKind, type FolderState, useFolder } from './use-folder.ts';
import { useFormat } from './use-format.ts';

/** Looks through the folders of the machine that the workstation runs on. */
export function FolderBrowser({
  pickLabel,
  withFiles,
  onPick,
}: {
  /** What picking is called, given a folder's or file's name. */
  pickLabel(name: string): string;
  /** Files that may be picked too. */
  readonly withFiles?: FileKind;
  onPick(path: string): void;
}) {
  const folder = useFolder(withFiles);
  const { data, entries } = folder;
  const [active, setActive] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another folder starts at its top
  useEffect(() => {
    if (data) setActive(0);
  }, [data?.path]);
  const current = entries[active];
  return (
    <Stack gap={8}>
      <PathField folder={folder} />
      {data && <Crumbs path={data.path} onGo={folder.go} />}
      <FolderEntries
        folder={folder}
        fileKind={withFiles}
        active={active}
        onActive={setActive}
        onPick={onPick}
      />
      <Group justify="space-between" gap={8}>
        <Text size="xs" c="dimmed">
          {data && <FileCount listing={data} isCounted={withFiles !== 'packs'} />}
        </Text>
        <Group gap={6}>
          {current && (
            <Button size="xs" variant="default" maw={220} onClick={() => onPick(current.path)}>
              {pickLabel(plainText(current.name))}
            </Button>
          )}
          {data && data.path !== '' && (
            <Button size="xs" maw={260} onClick={() => onPick(data.path)}>
              {pickLabel(plainText(lastName(data.path)))}
            </Button>
          )}
        </Group>
      </Group>
    </Stack>
  );
}

/** Where one is, to be typed as well, and the way up. */
function PathField({ folder: { data, error, isFetching, go, hasMoved } }: { readonly folder: FolderState }) {
  const { t } = useTranslation('batches');
  const [typed, setTyped] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another folder shows its own path
  useEffect(() => {
    // What was typed stays where it led nowhere, and where it was quicker than the first folder.
    if (data && hasMoved) setTyped(null);
  }, [data?.path]);
  return (
    <Group gap={6} wrap="nowrap">
      <Tooltip label={t('folder.up')}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={t('folder.up')}
          disabled={typeof data?.parent !== 'string'}
          onClick={() => go(data?.parent)}
        >
          <IconArrowUp size={16} />
        </ActionIcon>
      </Tooltip>
      <TextInput
        flex={1}
        size="xs"
        aria-label={t('folder.path')}
        value={typed ?? data?.path ?? ''}
        rightSection={isFetching ? <Loader size={14} /> : null}
        error={error ? failureText(failureOf(error)) : undefined}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          go(event.currentTarget.value.trim());
        }}
      />
    </Group>
  );
}

function Crumbs({ path, onGo }: { readonly path: string; onGo(path: string): void }) {
  return (
    <Breadcrumbs separator="›" separatorMargin={5} className={classes.crumbs}>
      {breadcrumbs(path).map((crumb) => (
        <Anchor
          key={crumb.path}
          component="button"
          type="button"
          size="xs"
          maw={160}
          truncate
          onClick={() => onGo(crumb.path)}
        >
          <bdi>{plainText(crumb.name)}</bdi>
        </Anchor>
      ))}
    </Breadcrumbs>
  );
}

/** How many images there are, and what looks like one and cannot be read. */
function FileCount({
  listing: { files, passedOver },
  isCounted,
}: {
  readonly listing: FolderListing;
  readonly isCounted: boolean;
}) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const unread = passedOver.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      {isCounted && t('folder.count', { count: files.length, number: format.count(files.length) })}
      {passedOver.length > 0 && (
        <>
          <br />
          {t('folder.passed-over', {
            count: unread,
            number: format.count(unread),
            endings: endingsText(passedOver),
          })}
        </>
      )}
    </>
  );
}
