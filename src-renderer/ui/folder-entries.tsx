import { Text } from '@mantine/core';
import { IconFolderFilled, IconPackage, IconPhoto } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import classes from './folder-browser.module.css';
import type { FileKind, FolderEntry, FolderState } from './use-folder.ts';

const ROW = 30;

/** What is in a folder. Keys: arrows move and go in and out of folders, Enter opens, Space picks. */
export function FolderEntries({
  folder,
  fileKind,
  active,
  onActive,
  onPick,
}: {
  readonly folder: FolderState;
  readonly fileKind: FileKind | undefined;
  /** Index of the entry that keys act on. */
  readonly active: number;
  onActive(index: number): void;
  onPick(path: string): void;
}) {
  const { t } = useTranslation(['batches', 'models']);
  const { data, entries, go } = folder;
  const isOfPacks = fileKind === 'packs';
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another folder starts at its top
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
  }, [data?.path]);
  const move = (to: number) => {
    if (entries.length === 0) return;
    const next = Math.min(Math.max(to, 0), entries.length - 1);
    onActive(next);
    rows.scrollToIndex(next);
  };
  const open = (entry: FolderEntry) => (entry.isFolder ? go(entry.path) : onPick(entry.path));
  const current = entries[active];
  const press = folderKeys({ folder, active, onMove: move, onOpen: open, onPick });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a group and a listbox are no static elements
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles have a name
    <div
      ref={scroll}
      className={classes.folder}
      data-autofocus
      role={entries.length > 0 ? 'listbox' : 'group'}
      tabIndex={0}
      aria-label={t(isOfPacks ? 'models:add.content' : 'folder.content')}
      aria-activedescendant={current ? `folder-entry-${active}` : undefined}
      onKeyDown={press}
    >
      {data && entries.length === 0 && (
        <Text size="sm" c="dimmed" p="sm">
          {isOfPacks
            ? t('models:add.empty')
            : t(data.files.length > 0 ? 'folder.only-images' : 'folder.empty')}
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
              onClick={() => onActive(index)}
              onDoubleClick={() => open(entry)}
            >
              <EntryIcon entry={entry} fileKind={fileKind} />
              <Text size="sm" truncate>
                <bdi>{plainText(entry.name)}</bdi>
              </Text>
            </div>
          );
        })}
      </div>
    </div>
  );
}

interface KeyTargets {
  readonly folder: FolderState;
  readonly active: number;
  onMove(to: number): void;
  onOpen(entry: FolderEntry): void;
  onPick(path: string): void;
}

function folderKeys({ folder: { data, entries, go }, active, onMove, onOpen, onPick }: KeyTargets) {
  const current = entries[active];
  const keys: Record<string, () => void> = {
    ArrowDown: () => onMove(active + 1),
    ArrowUp: () => onMove(active - 1),
    PageDown: () => onMove(active + 8),
    PageUp: () => onMove(active - 8),
    Home: () => onMove(0),
    End: () => onMove(entries.length - 1),
    ArrowRight: () => current?.isFolder && go(current.path),
    ArrowLeft: () => go(data?.parent),
    Backspace: () => go(data?.parent),
    Enter: () => current && onOpen(current),
    ' ': () => current && onPick(current.path),
  };
  return (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  };
}

function EntryIcon({
  entry,
  fileKind,
}: {
  readonly entry: FolderEntry;
  readonly fileKind: FileKind | undefined;
}) {
  const EntryImage = entry.isFolder ? IconFolderFilled : fileKind === 'packs' ? IconPackage : IconPhoto;
  return <EntryImage size={16} />;
}
