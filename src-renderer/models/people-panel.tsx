import { ActionIcon, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconKey, IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Person, PIN_LENGTH, ROLES, type Role } from '../../src-shared/roles.ts';
import { ChangePinDialog } from '../app/change-pin-dialog.tsx';
import { PlainName } from '../app/plain-name.tsx';
import { plainText } from '../app/plain-text.ts';
import { addFirst, refreshPeople, useDenied, usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Who may sign in, and as what. */
export function PeoplePanel() {
  const { t } = useTranslation('app');
  const people = usePeople((state) => state.people);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="people-title">
      <Stack gap="sm">
        <Title order={2} size="h5" id="people-title">
          {t('people.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t(people.length === 0 ? 'people.open' : 'people.about')}
        </Text>
        {people.map((person) => (
          <PersonLine key={person.name} person={person} />
        ))}
        <Newcomer isFirst={people.length === 0} />
        {people.length > 0 && <IdleTime />}
      </Stack>
    </Paper>
  );
}

function useRoles() {
  const { t } = useTranslation('app');
  return ROLES.map((value) => ({ value, label: t(`people.roles.${value}`) }));
}

function PersonLine({ person: { name, role } }: { readonly person: Person }) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const author = useSession((session) => session.author);
  const isMe = usePeople(({ me }) => me?.name === name);
  const denied = useDenied();
  const roles = useRoles();
  const [changing, changePin] = useDisclosure(false);
  const [open, setOpen] = useState<'pin' | 'remove' | null>(null);
  const [pin, setPin] = useState('');
  const shown = plainText(name);
  const { mutate, isPending } = useMutation({
    mutationFn: async (change: () => Promise<unknown>) => {
      await change();
      await refreshPeople(client);
    },
    onSuccess: () => setOpen(null),
  });
  const toggle = (what: 'pin' | 'remove') => () => setOpen(open === what ? null : what);
  const savePin = (event: FormEvent) => {
    event.preventDefault();
    mutate(async () => {
      await client.people.resetPin({ name, pin, author });
      setPin('');
      notifications.show({ message: t('people.reset-done', { name: shown }) });
    });
  };
  const remove = () =>
    mutate(async () => {
      await client.people.remove({ name, author });
      notifications.show({ message: t('people.removed', { name: shown }) });
    });
  // One slip would leave the window, and perhaps the workspace, without them.
  const another = isMe && {
    disabled: true,
    title: t('people.another'),
    'aria-description': t('people.another'),
  };
  return (
    <Stack gap={6}>
      <Group gap="xs" wrap="nowrap">
        <PlainName size="sm" flex={1} miw={0}>
          {name}
        </PlainName>
        <NativeSelect
          size="xs"
          aria-label={t('people.role-of', { name: shown })}
          value={role}
          data={roles}
          {...another}
          {...denied('people.changeRole')}
          onChange={(event) => {
            const to = event.currentTarget.value as Role;
            mutate(() => client.people.changeRole({ name, role: to, author }));
          }}
        />
        {isMe ? (
          <ActionIcon
            variant="default"
            size={30}
            title={t('people.change-pin')}
            aria-label={t('people.change-pin')}
            onClick={changePin.open}
          >
            <IconKey size={16} />
          </ActionIcon>
        ) : (
          <ActionIcon
            variant="default"
            size={30}
            title={t('people.reset')}
            aria-label={t('people.reset-of', { name: shown })}
            aria-expanded={open === 'pin'}
            {...denied('people.resetPin')}
            onClick={toggle('pin')}
          >
            <IconKey size={16} />
          </ActionIcon>
        )}
        <ActionIcon
          variant="default"
          size={30}
          title={t('people.remove')}
          aria-label={t('people.remove-of', { name: shown })}
          aria-expanded={open === 'remove'}
          {...another}
          {...denied('people.remove')}
          onClick={toggle('remove')}
        >
          <IconUserMinus size={16} />
        </ActionIcon>
      </Group>
      {open === 'pin' && (
        <form onSubmit={savePin}>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <PinField value={pin} onChange={setPin} autoFocus />
            <Button type="submit" size="xs" loading={isPending} disabled={pin.length < PIN_LENGTH.min}>
              {t('people.save-pin')}
            </Button>
          </Group>
        </form>
      )}
      {open === 'remove' && (
        <Group gap="xs" justify="space-between">
          <Text size="sm">{t('people.remove-sure', { name: shown })}</Text>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={() => setOpen(null)}>
              {t('cancel')}
            </Button>
            <Button size="xs" color="red" loading={isPending} onClick={remove}>
              {t('people.remove')}
            </Button>
          </Group>
        </Group>
      )}
      {isMe && <ChangePinDialog opened={changing} onClose={changePin.close} />}
    </Stack>
  );
}

/** Adds somebody. Who adds the first one, an engineer, is signed in as that. */
function Newcomer({ isFirst }: { readonly isFirst: boolean }) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const author = useSession((session) => session.author);
  const denied = useDenied();
  const roles = useRoles();
  const [typed, setTyped] = useState<string | null>(null);
  const [role, setRole] = useState<Role>('operator');
  const [pin, setPin] = useState('');
  const name = (typed ?? (isFirst ? author : '')).trim();
  const add = useMutation({
    mutationFn: async () => {
      if (isFirst) return addFirst(client, name, pin);
      await client.people.add({ name, role, pin, author });
      await refreshPeople(client);
    },
    onSuccess: () => {
      setTyped('');
      setPin('');
    },
  });
  const refusal = denied('people.add');
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
            value={typed ?? (isFirst ? author : '')}
            maxLength={100}
            {...refusal}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <NativeSelect
            size="xs"
            label={t('people.role')}
            value={isFirst ? 'engineer' : role}
            data={roles}
            {...refusal}
            disabled={isFirst || 'disabled' in refusal}
            onChange={(event) => setRole(event.currentTarget.value as Role)}
          />
        </Group>
        <Group gap="xs" align="flex-end" wrap="nowrap">
          <PinField value={pin} onChange={setPin} {...refusal} />
          <Button
            type="submit"
            size="xs"
            leftSection={<IconUserPlus size={15} />}
            loading={add.isPending}
            disabled={name === '' || pin.length < PIN_LENGTH.min}
            {...refusal}
          >
            {t(isFirst ? 'people.add-first' : 'people.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const PROPOSED_MINUTES = [1, 2, 5, 10, 15, 30, 60];

/** When windows sign out by themselves. */
function IdleTime() {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const author = useSession((session) => session.author);
  const minutes = usePeople((state) => state.idleMinutes);
  const denied = useDenied();
  const { mutate, isPending } = useMutation({
    mutationFn: (to: number | null) => client.people.changeIdleMinutes({ minutes: to, author }),
    onSuccess: () => refreshPeople(client),
  });
  const choices = [...new Set([...PROPOSED_MINUTES, ...(minutes === null ? [] : [minutes])])];
  return (
    <NativeSelect
      size="xs"
      label={t('people.idle')}
      value={minutes ?? ''}
      data={[
        { value: '', label: t('people.idle-never') },
        ...choices
          .sort((a, b) => a - b)
          .map((count) => ({ value: String(count), label: t('people.idle-after', { count }) })),
      ]}
      disabled={isPending}
      {...denied('people.changeIdleMinutes')}
      onChange={({ currentTarget: { value } }) => mutate(value === '' ? null : Number(value))}
    />
  );
}

function PinField({
  value,
  onChange,
  autoFocus = false,
  ...refusal
}: {
  readonly value: string;
  onChange(pin: string): void;
  readonly autoFocus?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
}) {
  const { t } = useTranslation('app');
  return (
    <TextInput
      size="xs"
      type="password"
      flex={1}
      label={t('people.pin-new', { count: PIN_LENGTH.min })}
      value={value}
      maxLength={PIN_LENGTH.max}
      autoComplete="new-password"
      {...(autoFocus && { ref: (field: HTMLInputElement | null) => field?.focus() })}
      {...refusal}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
