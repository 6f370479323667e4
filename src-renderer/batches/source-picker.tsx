import { ActionIcon, Button, Group, Stack, Text } from '@mantine/core';
import { IconFolderPlus, IconPhotoPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { desktop } from '../api/connection.ts';
import { addPaths } from '../i18n/paths.ts';
import { FolderBrowser } from '../ui/folder-browser.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';
import { UploadPicker } from './upload-picker.tsx';

/** Chosen paths that are listed; the rest is counted. */
const SHOWN = 50;

/** Chooses the folders and files to import: with native dialogs on a desktop, by looking around in a browser. */
export function SourcePicker({
  paths,
  onChange,
}: {
  readonly paths: readonly string[];
  onChange(paths: readonly string[]): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const add = (more: readonly string[]) => onChange(addPaths(paths, more));
  return (
    <Stack gap="xs">
      {desktop ? (
        <>
          <Group grow>
            <Button
              variant="default"
              leftSection={<IconFolderPlus size={16} />}
              onClick={async () => add((await desktop?.chooseFolders()) ?? [])}
            >
              {t('source.folders')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconPhotoPlus size={16} />}
              onClick={async () => add((await desktop?.chooseFiles()) ?? [])}
            >
              {t('source.files')}
            </Button>
          </Group>
          <Text size="xs" c="dimmed">
            {t('source.drop')}
          </Text>
        </>
      ) : (
        <>
          <UploadPicker />
          <FolderBrowser
            withFiles="images"
            pickLabel={(name) => t('source.add', { name })}
            onPick={(path) => add([path])}
          />
        </>
      )}
      <div className={classes.chosen}>
        {paths.length === 0 ? (
          <Text size="sm" c="dimmed" p="xs">
            {t('source.nothing')}
          </Text>
        ) : (
          <ul className={classes.chosenPaths} aria-label={t('source.chosen')}>
            {paths.slice(0, SHOWN).map((path) => (
              <li key={path} className={classes.chosenPath}>
                <PlainName size="xs">{path}</PlainName>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="sm"
                  aria-label={t('source.remove', { path })}
                  onClick={() => onChange(paths.filter((other) => other !== path))}
                >
                  <IconX size={14} />
                </ActionIcon>
              </li>
            ))}
            {paths.length > SHOWN && (
              <Text component="li" size="xs" c="dimmed" p={4}>
                {t('source.more', { number: format.count(paths.length - SHOWN) })}
              </Text>
            )}
          </ul>
        )}
      </div>
    </Stack>
  );
}
