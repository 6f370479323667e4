import { Button, Group, Modal, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PackSettings, PackSettingsChange } from '../../src-shared/contract/packs.ts';
import { failureOf } from '../api/connection.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Facts } from '../ui/facts.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';

/** Where packs of this machine lie, and through what they are downloaded. */
export function StorePanel() {
  const { t } = useTranslation(['models', 'app']);
  const format = useFormat();
  const { api } = useWorkstation();
  const denied = useDenied();
  const [opened, { open, close }] = useDisclosure(false);
  const { data: settings } = useQuery(api.packs.settings.queryOptions({ refetchOnMount: 'always' }));
  const { data: folders } = useQuery(api.packs.where.queryOptions({ refetchOnMount: 'always' }));
  if (!settings) return null;
  const store = folders?.find(({ place }) => place === 'machine');
  const { folder, mirror, proxy } = settings;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="store-title" data-testid="store">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h5" id="store-title">
            {t('store.title')}
          </Title>
          <Button variant="default" size="compact-sm" {...denied('packs.changeSettings')} onClick={open}>
            {t('store.change')}
          </Button>
        </Group>
        <Facts
          facts={[
            [t('store.folder'), folder.inUse],
            ...(store
              ? [
                  [
                    t('store.used'),
                    t('store.packs', { count: store.packs, size: format.bytes(store.bytes) }),
                  ] as const,
                  [t('store.free'), store.free === null ? '–' : format.bytes(store.free)] as const,
                ]
              : []),
            [t('store.mirror'), mirror.value ?? t('store.none')],
            [t('store.proxy'), proxy.value ?? t('store.none')],
          ]}
        />
        {folder.chosen !== folder.inUse && (
          <Text size="sm" role="status">
            {t('store.next-start', { folder: folder.chosen })}
          </Text>
        )}
      </Stack>
      <Modal
        opened={opened}
        onClose={close}
        title={t('store.title')}
        size={560}
        closeButtonProps={{ 'aria-label': t('app:close') }}
      >
        {opened && <StoreForm settings={settings} onClose={close} />}
      </Modal>
    </Paper>
  );
}

const FIELDS = ['folder', 'mirror', 'proxy'] as const;

function StoreForm({ settings, onClose }: { readonly settings: PackSettings; onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const before = {
    folder: settings.folder.chosen,
    mirror: settings.mirror.value ?? '',
    proxy: settings.proxy.value ?? '',
  };
  const [values, setValues] = useState(before);
  const change = useMutation({
    mutationFn: () => client.packs.changeSettings({ ...changeOf(before, values), inspector }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: api.packs.key() });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        {FIELDS.map((field) => {
          const isFixed = settings[field].origin === 'environment';
          return (
            <TextInput
              key={field}
              label={t(`store.${field}`)}
              description={t(isFixed ? 'store.environment' : `store.${field}-about`)}
              value={values[field]}
              readOnly={isFixed}
              spellCheck={false}
              {...(field === 'mirror' && { placeholder: 'https://hf-mirror.com' })}
              onChange={({ currentTarget: { value } }) => setValues({ ...values, [field]: value })}
            />
          );
        })}
        <Text size="xs" c="dimmed">
          {t(settings.hasToken ? 'store.token' : 'store.no-token')}
        </Text>
        {change.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(change.error)} />
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {t('store.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What was changed; an empty field goes back to the default. */
function changeOf(
  before: Readonly<Record<(typeof FIELDS)[number], string>>,
  after: Readonly<Record<(typeof FIELDS)[number], string>>,
): PackSettingsChange {
  const changed = FIELDS.filter((field) => after[field].trim() !== before[field]);
  return Object.fromEntries(changed.map((field) => [field, after[field].trim() || null]));
}
