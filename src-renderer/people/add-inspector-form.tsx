import { Button, Flex, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PIN_LENGTH, type Role } from '../../src-shared/roles.ts';
import { addFirst, refreshPeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PinField } from './pin-field.tsx';
import { useRoleChoices } from './roles.ts';

/** Adds an inspector. Whoever adds the first one, an engineer, is signed in as that one. */
export function AddInspectorForm({ isFirst }: { readonly isFirst: boolean }) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const roles = useRoleChoices();
  const [typed, setTyped] = useState<string | null>(null);
  const [role, setRole] = useState<Role>('operator');
  const [pin, setPin] = useState('');
  const name = (typed ?? (isFirst ? inspector : '')).trim();
  const add = useMutation({
    mutationFn: async () => {
      if (isFirst) return addFirst(client, name, pin);
      await client.people.add({ name, role, pin, inspector });
      await refreshPeople(client);
    },
    onSuccess: () => {
      setTyped('');
      setPin('');
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <Stack gap={6}>
        <Group gap="xs" grow align="flex-end">
          <TextInput
            size="xs"
            label={t('people.name')}
            value={typed ?? (isFirst ? inspector : '')}
            maxLength={100}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <NativeSelect
            size="xs"
            label={t('people.role')}
            value={isFirst ? 'engineer' : role}
            data={roles}
            disabled={isFirst}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
          />
        </Group>
        <Flex gap="xs" {...(isFirst ? { direction: 'column' } : { align: 'flex-end' })}>
          <PinField label={t('people.pin')} value={pin} onChange={setPin} />
          <Button
            type="submit"
            size="xs"
            leftSection={<IconUserPlus size={15} />}
            loading={add.isPending}
            disabled={name === '' || pin.length < PIN_LENGTH.min}
          >
            {t(isFirst ? 'people.add-first' : 'people.add')}
          </Button>
        </Flex>
      </Stack>
    </form>
  );
}
