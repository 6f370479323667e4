import { Alert, Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueItem } from '../../src-shared/contract/packs.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { bringPack } from './pack-imports.ts';
import { downloadSizeText } from './pack-size.ts';
import classes from './packs.module.css';

/** Before a pack is downloaded: its licences, the room that it takes, and which files nobody has stated the hash of. */
export function InstallDialog({ item, onClose }: { readonly item: CatalogueItem | null; onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  return (
    <Modal
      opened={item !== null}
      onClose={onClose}
      title={item && t('catalogue.install-named', { title: item.title })}
      size={640}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {item && <InstallForm item={item} onClose={onClose} />}
    </Modal>
  );
}

function InstallForm({ item, onClose }: { readonly item: CatalogueItem; onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const [accepted, setAccepted] = useState<readonly string[]>([]);
  const unknown = item.files.filter(({ sha256, source }) => sha256 === null && source.startsWith('https:'));
  const areAccepted = item.licences.every(({ name }) => accepted.includes(name));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!areAccepted) return;
    void bringPack(client, { id: item.id, licences: item.licences.map(({ name }) => name) }, inspector);
    onClose();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Room item={item} />
        <fieldset className={classes.licences}>
          <Text component="legend" size="sm" fw={600}>
            {t('catalogue.licences')}
          </Text>
          <Stack gap="sm">
            {item.licences.map(({ name, address, files }, index) => (
              <Checkbox
                key={name}
                data-autofocus={index === 0 || undefined}
                label={t('catalogue.accept', { licence: name })}
                description={
                  <span className={classes.anywhere}>
                    {address} ({files.join(', ')})
                  </span>
                }
                checked={accepted.includes(name)}
                onChange={({ currentTarget: { checked } }) =>
                  setAccepted(checked ? [...accepted, name] : accepted.filter((other) => other !== name))
                }
              />
            ))}
          </Stack>
        </fieldset>
        {unknown.length > 0 && (
          <Alert color="yellow" icon={<IconAlertTriangle />} title={t('catalogue.first-use')}>
            <Text size="sm">
              {t('catalogue.first-use-about', { files: unknown.map(({ name }) => name).join(', ') })}
            </Text>
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" disabled={!areAccepted}>
            {t('catalogue.install')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is downloaded, and how much room is where it goes. */
function Room({ item }: { readonly item: CatalogueItem }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const { api } = useWorkstation();
  const { data: folders } = useQuery(api.packs.where.queryOptions({ refetchOnMount: 'always' }));
  const store = folders?.find(({ place }) => place === 'machine');
  const isTight = store?.free != null && store.free < item.bytes - item.done;
  return (
    <div>
      <Text size="sm">
        {downloadSizeText(item, t, format)}
        {item.done > 0 && ` · ${t('catalogue.there', { share: format.share(item.done, item.bytes) })}`}
      </Text>
      {store && (
        <>
          <Text size="sm" {...(isTight && { className: classes.bad })}>
            {store.free === null
              ? t('catalogue.goes-to')
              : t('catalogue.room', { free: format.bytes(store.free) })}
          </Text>
          <PlainName size="xs" c="dimmed">
            {store.folder}
          </PlainName>
        </>
      )}
    </div>
  );
}
