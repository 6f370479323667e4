import { ActionIcon, Box, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type Icon, IconKey, IconUserMinus } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Inspector, PIN_LENGTH, type Role } from '../../src-shared/roles.ts';
import { plainText } from '../i18n/plain-text.ts';
import { usePeople } from '../state/people.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { ChangePinDialog } from './change-pin-dialog.tsx';
import { PinField } from './pin-field.tsx';
import { useCanManage, useRoleChoices } from './roles.ts';
import { useManageInspector } from './use-manage-inspector.ts';

/** An inspector with their role. Engineers manage the others; one's own PIN everybody changes. */
export function InspectorRow({ inspector }: { readonly inspector: Inspector }) {
  const isMe = usePeople(({ me }) => me?.name === inspector.name);
  const canManage = useCanManage();
  // One wrong click would leave the window, and perhaps the workspace, without an engineer: nobody manages themselves.
  if (canManage && !isMe) return <ManagedInspector inspector={inspector} />;
  return <ShownInspector inspector={inspector} isMe={isMe} canManage={canManage} />;
}

/** Of the column with the roles, whether they can be changed or not. */
const ROLE_WIDTH = 98;

function ShownInspector({
  inspector: { name, role },
  isMe,
  canManage,
}: {
  readonly inspector: Inspector;
  readonly isMe: boolean;
  readonly canManage: boolean;
}) {
  const { t } = useTranslation('app');
  const [changing, changePin] = useDisclosure(false);
  return (
    <Stack gap={6}>
      <Cells name={name}>
        <Text size="xs" c="dimmed" w={ROLE_WIDTH} px="xs">
          {t(`people.roles.${role}`)}
        </Text>
        <Box w={30}>
          {isMe && <CellButton icon={IconKey} title={t('people.change-pin')} onClick={changePin.open} />}
        </Box>
        {canManage && <Box w={30} />}
      </Cells>
      {isMe && <ChangePinDialog opened={changing} onClose={changePin.close} />}
    </Stack>
  );
}

function ManagedInspector({ inspector: { name, role } }: { readonly inspector: Inspector }) {
  const { t } = useTranslation('app');
  const roles = useRoleChoices();
  const [open, setOpen] = useState<'pin' | 'remove' | null>(null);
  const { changeRole, resetPin, remove, isPending } = useManageInspector(name, () => setOpen(null));
  const toggle = (what: 'pin' | 'remove') => () => setOpen(open === what ? null : what);
  const shown = plainText(name);
  return (
    <Stack gap={6}>
      <Cells name={name}>
        <NativeSelect
          size="xs"
          w={ROLE_WIDTH}
          aria-label={t('people.role-of', { name: shown })}
          value={role}
          data={roles}
          disabled={isPending}
          onChange={(event) => changeRole(event.currentTarget.value as Role)}
        />
        <Box w={30}>
          <CellButton
            icon={IconKey}
            title={t('people.reset')}
            label={t('people.reset-of', { name: shown })}
            isOpen={open === 'pin'}
            onClick={toggle('pin')}
          />
        </Box>
        <Box w={30}>
          <CellButton
            icon={IconUserMinus}
            title={t('people.remove')}
            label={t('people.remove-of', { name: shown })}
            isOpen={open === 'remove'}
            onClick={toggle('remove')}
          />
        </Box>
      </Cells>
      {open === 'pin' && <ResetPin isPending={isPending} onReset={resetPin} />}
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
    </Stack>
  );
}

function Cells({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <Group gap="xs" wrap="nowrap" mih={30}>
      <PlainName size="sm" flex={1} miw={0}>
        {name}
      </PlainName>
      {children}
    </Group>
  );
}

/** Asks for a new PIN for somebody else. */
function ResetPin({ isPending, onReset }: { readonly isPending: boolean; onReset(pin: string): void }) {
  const { t } = useTranslation('app');
  const [pin, setPin] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    onReset(pin);
  };
  return (
    <form onSubmit={save}>
      <Group gap="xs" align="flex-end" wrap="nowrap">
        <PinField label={t('people.pin-own')} value={pin} onChange={setPin} autoFocus />
        <Button type="submit" size="xs" loading={isPending} disabled={pin.length < PIN_LENGTH.min}>
          {t('people.save-pin')}
        </Button>
      </Group>
    </form>
  );
}

function CellButton(props: {
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
