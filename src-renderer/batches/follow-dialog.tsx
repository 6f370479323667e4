import { Button, Checkbox, Group, Modal, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BATCH_PER, type FollowSettings, POLLING } from '../../src-shared/followed-folder.ts';
import type { BrokerSettings } from '../../src-shared/station-messages.ts';
import { failureOf } from '../api/connection.ts';
import { RecipeSelect } from '../recipes/recipe-select.tsx';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { FolderField } from '../ui/folder-field.tsx';

/** Follows a folder: its images are inspected as they come. */
export function FollowDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation(['batches', 'app']);
  const [editing, setEditing] = useState(false);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size={680}
      title={t('follow.title')}
      closeOnEscape={!editing}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {opened && <FollowForm onClose={onClose} onEditing={setEditing} />}
    </Modal>
  );
}

type Draft = Omit<FollowSettings, 'recipeHash' | 'broker'> & { readonly recipeHash: string | null };

const NEW: Draft = {
  ...{ name: '', batchPer: 'day', objectName: '', partNumber: '', lot: '', recipeHash: null },
  ...{ polling: 'auto', waitSeconds: 30 },
};
const NO_BROKER = {
  ...{ url: '', topic: '', station: '', user: '', passwordFile: '' },
  ...{ caFile: '', certFile: '', keyFile: '' },
};

function FollowForm({ onClose, onEditing }: { onClose(): void; onEditing(editing: boolean): void }) {
  const { t } = useTranslation(['batches', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const [path, setPath] = useState('');
  const [draft, setDraft] = useState(NEW);
  const [broker, setBroker] = useState(NO_BROKER);
  const [onlyNew, setOnlyNew] = useState(false);
  const start = useMutation({
    mutationFn: () => {
      const name = draft.name.trim() || lastName(path);
      const settings = { ...draft, name, broker: brokerOf(broker) };
      return client.follow.start({ path: path.trim(), settings, onlyNew, inspector });
    },
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: api.follow.key() });
    },
  });
  const set = (changes: Partial<Draft>) => setDraft((before) => ({ ...before, ...changes }));
  const field = (name: 'name' | 'objectName' | 'partNumber' | 'lot') => ({
    label: t(`fields.${name}`),
    value: draft[name],
    maxLength: name === 'objectName' ? 100 : 200,
    onChange: (event: { currentTarget: HTMLInputElement }) => set({ [name]: event.currentTarget.value }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <FolderField
          value={path}
          disabled={start.isPending}
          texts={{
            label: t('follow.folder'),
            placeholder: t('follow.folder-example'),
            pick: (name) => t('follow.pick', { name }),
          }}
          onChange={setPath}
        />
        <SimpleGrid cols={2} spacing="sm">
          <TextInput {...field('name')} placeholder={lastName(path)} />
          <NativeSelect
            label={t('follow.batch-per')}
            value={draft.batchPer}
            data={BATCH_PER.map((value) => ({ value, label: t(`follow.per.${value}`) }))}
            onChange={({ currentTarget: { value } }) =>
              set({ batchPer: BATCH_PER.find((one) => one === value)! })
            }
          />
          <TextInput {...field('partNumber')} />
          <TextInput {...field('lot')} />
          <TextInput
            {...field('objectName')}
            description={t('about-object')}
            inputWrapperOrder={['label', 'input', 'description']}
            placeholder={t('object-example')}
          />
          <RecipeSelect
            label={t('follow.recipe')}
            value={draft.recipeHash}
            objectName={draft.objectName}
            onChange={(recipeHash) => set({ recipeHash })}
            onEditing={onEditing}
          />
        </SimpleGrid>
        <NativeSelect
          label={t('follow.polling')}
          value={draft.polling}
          data={POLLING.map((value) => ({ value, label: t(`follow.polls.${value}`) }))}
          onChange={({ currentTarget: { value } }) => set({ polling: POLLING.find((one) => one === value)! })}
        />
        <Checkbox
          label={t('follow.only-new')}
          checked={onlyNew}
          onChange={({ currentTarget: { checked } }) => setOnlyNew(checked)}
        />
        <Disclosure label={t('follow.broker')}>
          <BrokerFields broker={broker} onChange={setBroker} />
        </Disclosure>
        {start.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(start.error)} />
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={start.isPending} disabled={path.trim() === ''}>
            {t('follow.start')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function BrokerFields({
  broker,
  onChange,
}: {
  readonly broker: typeof NO_BROKER;
  onChange(broker: typeof NO_BROKER): void;
}) {
  const { t } = useTranslation('batches');
  const field = (name: keyof typeof NO_BROKER) => ({
    label: t(`follow.broker-fields.${name}`),
    value: broker[name],
    spellCheck: false,
    onChange: (event: { currentTarget: HTMLInputElement }) =>
      onChange({ ...broker, [name]: event.currentTarget.value }),
  });
  return (
    <Stack gap="sm">
      <TextInput {...field('url')} placeholder="mqtts://broker:8883" description={t('follow.broker-about')} />
      <SimpleGrid cols={2} spacing="sm">
        <TextInput {...field('station')} />
        <TextInput {...field('topic')} placeholder={`clipsam/${broker.station}`} />
        <TextInput {...field('user')} />
        <TextInput {...field('passwordFile')} />
        <TextInput {...field('caFile')} />
        <TextInput {...field('certFile')} />
        <TextInput {...field('keyFile')} />
      </SimpleGrid>
    </Stack>
  );
}

/** Null: no address was given. Fields that are empty are left out. */
function brokerOf(fields: typeof NO_BROKER): BrokerSettings | null {
  if (fields.url.trim() === '') return null;
  const { url, topic, station, ...rest } = fields;
  const name = station.trim() || 'station';
  const filled = Object.entries(rest).filter(([, value]) => value.trim() !== '');
  return {
    ...{ url: url.trim(), station: name, topic: topic.trim() || `clipsam/${name}` },
    ...Object.fromEntries(filled.map(([key, value]) => [key, value.trim()])),
  };
}

function lastName(path: string): string {
  return path.split(/[\\/]/).findLast((name) => name !== '') ?? '';
}
