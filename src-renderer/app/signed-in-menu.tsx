import { Menu, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconLogout, IconSignature, IconUserCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { ChangePinDialog } from '../people/change-pin-dialog.tsx';
import { useIdleSignOut } from '../people/use-idle-sign-out.ts';
import { WaitingDialog } from '../signatures/waiting-dialog.tsx';
import { signOut, usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import classes from './app.module.css';
import { signOutAction } from './app-actions.ts';

/** Who is signed in, as what, and the way out. Nothing while the workspace has no people. */
export function SignedInMenu() {
  const { t } = useTranslation(['app', 'signatures']);
  const { client } = useWorkstation();
  const me = usePeople((state) => state.me);
  const [changing, change] = useDisclosure(false);
  const [isWaitingShown, waiting] = useDisclosure(false);
  const leave = () => void signOut(client);
  useActions([signOutAction], { leave }, me !== null);
  useIdleSignOut();
  if (!me) return null;
  const name = plainText(me.name);
  const role = t(`people.roles.${me.role}`);
  return (
    <>
      <Menu position="right-end" withArrow>
        <Menu.Target>
          <UnstyledButton className={classes.screen} data-testid="signed-in">
            <IconUserCircle size={22} stroke={1.6} />
            <Text size="xs" component="bdi" truncate maw={62}>
              {name}
            </Text>{' '}
            <Text fz={10} component="span">
              {role}
            </Text>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown maw={320}>
          <Menu.Label>{t('people.signed-in', { name, role })}</Menu.Label>
          <Menu.Item leftSection={<IconSignature size={16} />} onClick={waiting.open}>
            {t('signatures:waiting-for-me')}
          </Menu.Item>
          <Menu.Item leftSection={<IconKey size={16} />} onClick={change.open}>
            {t('people.change-pin')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            rightSection={<KeyHint action={signOutAction} hidden />}
            onClick={leave}
          >
            {t('people.leave')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ChangePinDialog opened={changing} onClose={change.close} />
      <WaitingDialog opened={isWaitingShown} onClose={waiting.close} />
    </>
  );
}
