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
import { IconArrowUp, IconFolderFilled, IconPackage, IconPhoto } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endingsText } from '../../src-shared/endings.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { breadcrumbs, lastName } from '../i18n/paths.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import classes from './folder-browser.module.css';
import { useFormat } from './use-format.ts';

const ROW = 30;

/**
 * Looks through the folders of the machine that the workstation runs on. Keys: arrows move and go in and out of
 * folders, Enter opens, Space picks.
 */
export function FolderBrowser({
  pickLabel,
  withFiles,
  onPick,
}: {
  /** What picking is called, given a folder's or file's name. */
  pickLabel(name: string): string;
  /** Files that may be picked too. */
  readonly withFiles?: 'images' | 'packs';
  onPick(path: string): void;
}) {
  const { t } = useTranslation(['batches', 'app', 'models']);
  const packs = withFiles === 'packs';
  const FileIcon = packs ? IconPackage : IconPhoto;
  const format = useFormat();
  const { api } = useWorkstation();
  const [path, setPath] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const { data, error, isFetching } = useQuery(
    api.app.folder.queryOptions({
      input: { path, files: withFiles ?? 'images' },
      placeholderData: keepPreviousData,
      staleTime: 0,
      gcTime: 0,
    }),
  );
  const entries = data
    ? [
        ...data.folders.map((folder) => ({ ...folder, isFolder: true })),
        ...(withFiles ? data.files : []).map((file) => ({ ...file, isFolder: false })),
      ]
    : [];
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another folder starts at its top
  useEffect(() => {
    // What was typed stays where it led nowhere, and where it was quicker than the first folder.
    if (!data) return;
    if (path !== null) setTyped(null);
    setActive(0);
    scroll.current?.scrollTo({ top: 0 });
  }, [data?.path]);
  const go = (to: string | null | undefined) => {
    if (to) setPath(to);
  };
  const move = (to: number) => {
    if (entries.length === 0) return;
    const next = Math.min(Math.max(to, 0), entries.length - 1);
    setActive(next);
    rows.scrollToIndex(next);
  };
  const current = entries[active];
  const passedOver = (data?.passedOver ?? []).reduce((sum, { count }) => sum + count, 0);
  const keys: Record<string, () => void> = {
    ArrowDown: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    PageDown: () => move(active + 8),
    PageUp: () => move(active - 8),
    Home: () => move(0),
    End: () => move(entries.length - 1),
    ArrowRight: () => current?.isFolder && go(current.path),
    ArrowLeft: () => go(data?.parent),
    Backspace: () => go(data?.parent),
    Enter: () => current && (current.isFolder ? go(current.path) : onPick(current.path)),
    ' ': () => current && onPick(current.path),
  };
  const press = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  };
  return (
    <Stack gap={8}>
      <Group gap={6} wrap="nowrap">
        <Tooltip label={t('folder.up')}>
          <ActionIcon
            variant="default"
            size={30}
            aria-label={t('folder.up')}
            disabled={!data?.parent}
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
      {data && (
        <Breadcrumbs separator="›" separatorMargin={5} className={classes.crumbs}>
          {breadcrumbs(data.path).map((crumb) => (
            <Anchor
              key={crumb.path}
              component="button"
              type="button"
              size="xs"
              maw={160}
              truncate
              onClick={() => go(crumb.path)}
            >
              <bdi>{plainText(crumb.name)}</bdi>
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a group and a listbox are no static elements */}
      {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name */}
      <div
        ref={scroll}
        className={classes.folder}
        data-autofocus
        role={entries.length > 0 ? 'listbox' : 'group'}
        tabIndex={0}
        aria-label={t(packs ? 'models:add.content' : 'folder.content')}
        aria-activedescendant={current ? `folder-entry-${active}` : undefined}
        onKeyDown={press}
      >
        {data && entries.length === 0 && (
          <Text size="sm" c="dimmed" p="sm">
            {packs ? t('models:add.empty') : t(data.files.length > 0 ? 'folder.only-images' : 'folder.empty')}
          </Text>
        )}
        <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const entry = entries[index]!;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
              <div
                key={entry.path}
                id={`folder-entry-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={classes.entry}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
                onClick={() => setActive(index)}
                onDoubleClick={() => (entry.isFolder ? go(entry.path) : onPick(entry.path))}
              >
                {entry.isFolder ? <IconFolderFilled size={16} /> : <FileIcon size={16} />}
                <Text size="sm" truncate>
                  <bdi>{plainText(entry.name)}</bdi>
                </Text>
              </div>
            );
          })}
        </div>
      </div>
      <Group justify="space-between" gap={8}>
        <Text size="xs" c="dimmed">
          {data &&
            !packs &&
            t('folder.count', { count: data.files.length, number: format.count(data.files.length) })}
          {data && data.passedOver.length > 0 && (
            <>
              <br />
              {t('folder.passed-over', {
                count: passedOver,
                number: format.count(passedOver),
                endings: endingsText(data.passedOver),
              })}
            </>
          )}
        </Text>
        <Group gap={6}>
          {current && (
            <Button size="xs" variant="default" maw={220} onClick={() => onPick(current.path)}>
              {pickLabel(plainText(current.name))}
            </Button>
          )}
          {data && (
            <Button size="xs" maw={260} onClick={() => onPick(data.path)}>
              {pickLabel(plainText(lastName(data.path)))}
            </Button>
          )}
        </Group>
      </Group>
    </Stack>
  );
}
