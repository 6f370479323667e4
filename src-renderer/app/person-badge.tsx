import { Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { keysOf } from '../keys/bindings.ts';
import { useActions } from '../keys/use-actions.ts';
import { signOut, usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import classes from './app.module.css';
import { plainText } from './plain-text.ts';

/** Who is signed in, as what; a click makes way for the next one. Nothing while the workspace has no people. */
export function PersonBadge() {
  const { t } = useTranslation();
  const { client } = useWorkstation();
  const me = usePeople((state) => state.me);
  const bindings = useSession((session) => session.bindings);
  const leave = () => void signOut(client);
  useActions({ 'app.sign-out': leave }, me !== null);
  if (!me) return null;
  const name = plainText(me.name);
  const role = t(`people.roles.${me.role}`);
  return (
    <Tooltip
      label={t('people.switch-hint', { key: keysOf('app.sign-out', bindings)[0] ?? '' })}
      position="right"
    >
      <UnstyledButton
        className={classes.screen}
        aria-label={t('people.switch', { name, role })}
        onClick={leave}
      >
        <IconUserCircle size={22} stroke={1.6} />
        <Text size="xs" component="bdi" truncate maw={62}>
          {name}
        </Text>
        <Text fz={10} component="span">
          {role}
        </Text>
      </UnstyledButton>
    </Tooltip>
  );
}
