import { Button, Collapse, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { desktop } from '../api/connection.ts';
import { FolderBrowser } from './folder-browser.tsx';

/** The folder that the files go to: typed, or chosen with the means of the shell. */
export function FolderField({
  value,
  disabled,
  texts,
  onChange,
}: {
  /** Empty: the workspace's own. */
  readonly value: string;
  readonly disabled: boolean;
  /** Default: of a folder that files are exported to. */
  readonly texts?: { readonly label: string; readonly placeholder: string; pick(name: string): string };
  onChange(value: string): void;
}) {
  const { t } = useTranslation('batches');
  const [browsing, setBrowsing] = useState(false);
  return (
    <>
      <Group align="flex-end" gap={6} wrap="nowrap">
        <TextInput
          flex={1}
          label={texts?.label ?? t('export.folder')}
          placeholder={texts?.placeholder ?? t('export.default-folder')}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={disabled}
          aria-expanded={desktop ? undefined : browsing}
          onClick={async () => {
            if (!desktop) return setBrowsing(!browsing);
            const [chosen] = await desktop.chooseFolders();
            if (chosen) onChange(chosen);
          }}
        >
          {t('export.choose')}
        </Button>
      </Group>
      {!desktop && (
        <Collapse expanded={browsing}>
          {browsing && (
            <FolderBrowser
              pickLabel={(name) => texts?.pick(name) ?? t('export.into', { name })}
              onPick={(path) => {
                onChange(path);
                setBrowsing(false);
              }}
            />
          )}
        </Collapse>
      )}
    </>
  );
}
