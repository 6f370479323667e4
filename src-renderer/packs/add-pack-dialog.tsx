import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from '@mantine/core';
import { IconFileZip, IconFolder } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { desktop } from '../api/connection.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FolderBrowser } from '../ui/folder-browser.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { showError } from '../ui/show-error.tsx';
import { bringPack } from './pack-imports.ts';
import classes from './packs.module.css';

/** Asks where a model pack is: on the machine, with the means of its shell, or on a server. */
export function AddPackDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('add.title')}
      size={640}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {opened && <AddPackForm onClose={onClose} />}
    </Modal>
  );
}

const PLACES = ['here', 'server'] as const;

function AddPackForm({ onClose }: { onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const [where, setWhere] = useState<(typeof PLACES)[number]>('here');
  const [path, setPath] = useState('');
  const [address, setAddress] = useState('');
  const source = where === 'here' ? path : address.trim();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (source === '') return;
    void bringPack(client, { source }, inspector);
    onClose();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('add.about')}
        </Text>
        <SegmentedControl
          fullWidth
          aria-label={t('add.where')}
          value={where}
          data={PLACES.map((value) => ({ value, label: t(`add.${value}`) }))}
          onChange={setWhere}
        />
        {where === 'here' ? (
          <>
            <MachinePlace onPick={setPath} />
            <div className={classes.chosen} aria-live="polite">
              {path === '' ? (
                <Text size="sm" c="dimmed">
                  {t('add.nothing')}
                </Text>
              ) : (
                <>
                  <Text size="xs" c="dimmed">
                    {t('add.chosen')}
                  </Text>
                  <PlainName size="sm">{path}</PlainName>
                </>
              )}
            </div>
          </>
        ) : (
          <TextInput
            label={t('add.address')}
            description={t('add.address-about')}
            placeholder="https://example.org/widget/pack.json"
            inputMode="url"
            spellCheck={false}
            value={address}
            data-autofocus
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" disabled={source === ''}>
            {t('add.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function MachinePlace({ onPick }: { onPick(path: string): void }) {
  const { t } = useTranslation('models');
  if (!desktop) {
    return <FolderBrowser withFiles="packs" pickLabel={(name) => t('add.pick', { name })} onPick={onPick} />;
  }
  const choose = (kind: 'folder' | 'file') => () => {
    void desktop
      ?.choosePack(kind)
      .then((path) => path !== undefined && onPick(path))
      .catch(showError);
  };
  return (
    <Group grow>
      <Button
        variant="default"
        data-autofocus
        leftSection={<IconFolder size={16} />}
        onClick={choose('folder')}
      >
        {t('add.folder')}
      </Button>
      <Button variant="default" leftSection={<IconFileZip size={16} />} onClick={choose('file')}>
        {t('add.file')}
      </Button>
    </Group>
  );
}
