import {
  ActionIcon,
  Box,
  Button,
  Flex,
  Group,
  NativeSelect,
  Paper,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { type Icon, IconKey, IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Person, PIN_LENGTH, ROLES, type Role } from '../../src-shared/roles.ts';
import { plainText } from '../i18n/plain-text.ts';
import { addFirst, refreshPeople, useDenied, usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { ChangePinDialog } from './change-pin-dialog.tsx';

/** Who may sign in, and as what. */
export function PeoplePanel() {
  const { t } = useTranslation('app');
  const people = usePeople((state) => state.people);
  const canManage = useCanManage();
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
        {canManage && <Newcomer isFirst={people.length === 0} />}
        {people.length > 0 && (canManage ? <IdleTime /> : <Managed />)}
      </Stack>
    </Paper>
  );
}

/** The list is the engineers': others see it. */
function useCanManage(): boolean {
  return !('disabled' in useDenied()('people.add'));
}

function useRoles() {
  const { t } = useTranslation('app');
  return ROLES.map((value) => ({ value, label: t(`people.roles.${value}`) }));
}

function PersonLine({ person: { name, role } }: { readonly person: Person }) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const isMe = usePeople(({ me }) => me?.name === name);
  const canManage = useCanManage();
  // One slip would leave the window, and perhaps the workspace, without them.
  const isOthers = canManage && !isMe;
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
      await client.people.resetPin({ name, pin, inspector });
      setPin('');
      notifications.show({ message: t('people.reset-done', { name: shown }) });
    });
  };
  const remove = () =>
    mutate(async () => {
      await client.people.remove({ name, inspector });
      notifications.show({ message: t('people.removed', { name: shown }) });
    });
  return (
    <Stack gap={6}>
      <Group gap="xs" wrap="nowrap" mih={30}>
        <PlainName size="sm" flex={1} miw={0}>
          {name}
        </PlainName>
        {isOthers ? (
          <NativeSelect
            size="xs"
            w={ROLE_WIDTH}
            aria-label={t('people.role-of', { name: shown })}
            value={role}
            data={roles}
            disabled={isPending}
            onChange={(event) => {
              const to = event.currentTarget.value as Role;
              mutate(() => client.people.changeRole({ name, role: to, inspector }));
            }}
          />
        ) : (
          <Text size="xs" c="dimmed" w={ROLE_WIDTH} px="xs">
            {t(`people.roles.${role}`)}
          </Text>
        )}
        <Box w={30}>
          {isMe && <LineButton icon={IconKey} title={t('people.change-pin')} onClick={changePin.open} />}
          {isOthers && (
            <LineButton
              icon={IconKey}
              title={t('people.reset')}
              label={t('people.reset-of', { name: shown })}
              isOpen={open === 'pin'}
              onClick={toggle('pin')}
            />
          )}
        </Box>
        {canManage && (
          <Box w={30}>
            {isOthers && (
              <LineButton
                icon={IconUserMinus}
                title={t('people.remove')}
                label={t('people.remove-of', { name: shown })}
                isOpen={open === 'remove'}
                onClick={toggle('remove')}
              />
            )}
          </Box>
        )}
      </Group>
      {open === 'pin' && (
        <form onSubmit={savePin}>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <PinField label={t('people.pin-own')} value={pin} onChange={setPin} autoFocus />
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

/** Of the column with the roles, whether they can be changed or not. */
const ROLE_WIDTH = 98;

function LineButton(props: {
  readonly icon: Icon;
  readonly title: string;
  /** Says of whom. */
  readonly label?: string;
  /** What it opens is there. */
  readonly isOpen?: boolean;
  onClick(): void;
}) {
  const { icon: Icon, title, label = title, isOpen } = props;
  return (
    <ActionIcon
      variant="default"
      size={30}
      title={title}
      aria-label={label}
      aria-expanded={isOpen}
      onClick={props.onClick}
    >
      <Icon size={16} />
    </ActionIcon>
  );
}

/** Adds somebody. Who adds the first one, an engineer, is signed in as that. */
function Newcomer({ isFirst }: { readonly isFirst: boolean }) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const roles = useRoles();
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

const PROPOSED_MINUTES = [1, 2, 5, 10, 15, 30, 60];

/** When windows sign out by themselves. */
function IdleTime() {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const minutes = usePeople((state) => state.idleMinutes);
  const { mutate, isPending } = useMutation({
    mutationFn: (to: number | null) => client.people.changeIdleMinutes({ minutes: to, inspector }),
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
      onChange={({ currentTarget: { value } }) => mutate(value === '' ? null : Number(value))}
    />
  );
}

/** For those who can't change it. */
function Managed() {
  const { t } = useTranslation('app');
  const minutes = usePeople((state) => state.idleMinutes);
  return (
    <Text size="xs" c="dimmed">
      {t('people.managed')} {minutes !== null && t('people.idle-is', { count: minutes })}
    </Text>
  );
}

function PinField({
  label,
  value,
  onChange,
  autoFocus = false,
}: {
  readonly label: string;
  readonly value: string;
  onChange(pin: string): void;
  readonly autoFocus?: boolean;
}) {
  const { t } = useTranslation('app');
  return (
    <TextInput
      size="xs"
      type="password"
      flex={1}
      label={label}
      placeholder={t('people.pin-least', { count: PIN_LENGTH.min })}
      value={value}
      maxLength={PIN_LENGTH.max}
      autoComplete="new-password"
      {...(autoFocus && { ref: (field: HTMLInputElement | null) => field?.focus() })}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
