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
  const hint = t('people.switch', { key: keysOf('app.sign-out', bindings)[0] ?? '' });
  return (
    <Tooltip label={hint} position="right">
      <UnstyledButton
        className={classes.screen}
        aria-description={hint}
        data-testid="signed-in"
        onClick={leave}
      >
        <IconUserCircle size={22} stroke={1.6} />
        <Text size="xs" component="bdi" truncate maw={62}>
          {plainText(me.name)}
        </Text>{' '}
        <Text fz={10} component="span">
          {t(`people.roles.${me.role}`)}
        </Text>
      </UnstyledButton>
    </Tooltip>
  );
}
