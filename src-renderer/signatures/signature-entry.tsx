import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RecordChange, SignatureRecord } from '../../src-shared/signature.ts';
import { plainText } from '../i18n/plain-text.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './signatures.module.css';
import { STATE_COLOURS } from './state-colours.ts';

/** A signature: who, as what, when, what for, and whether it still holds. */
export function SignatureEntry({
  signature,
  onWithdraw,
}: {
  readonly signature: SignatureRecord;
  /** Where it can be withdrawn. */
  onWithdraw?(): void;
}) {
  const { t } = useTranslation(['signatures', 'app']);
  const format = useFormat();
  const { id, printedName, role, meaning, signedAt, state, withdrawal, clockBehind, changeCount } = signature;
  const who = plainText(printedName);
  return (
    <li data-state={state}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <div>
          <Text size="sm">
            <strong>{t(`meaning.${meaning}`)}</strong> · <bdi>{who}</bdi> ({t(`app:people.roles.${role}`)})
          </Text>
          <Text size="xs" c="dimmed">
            {format.moment(signedAt)}
          </Text>
        </div>
        <Group gap={6} wrap="nowrap">
          <Badge size="sm" variant="light" color={STATE_COLOURS[state]}>
            {t(`state.${state}`)}
          </Badge>
          {onWithdraw && (
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={t('withdraw-of', { name: who, meaning: t(`meaning.${meaning}`), id })}
              onClick={onWithdraw}
            >
              {t('withdraw')}
            </Button>
          )}
        </Group>
      </Group>
      {clockBehind !== null && (
        <Text size="xs">{t('clock-behind', { moment: format.moment(clockBehind) })}</Text>
      )}
      {withdrawal && (
        <Text size="xs">
          {t('withdrawn-by', {
            name: plainText(withdrawal.printedName),
            moment: format.moment(withdrawal.at),
          })}{' '}
          <bdi>“{plainText(withdrawal.reason)}”</bdi>
        </Text>
      )}
      {state === 'altered' && <Text size="xs">{t('altered-why')}</Text>}
      {state === 'broken' && (
        <Disclosure label={t('changed-since', { count: changeCount })} isOpenAtFirst={changeCount <= 5}>
          <Changes changes={signature.changes} count={changeCount} />
        </Disclosure>
      )}
    </li>
  );
}

function Changes({ changes, count }: { readonly changes: readonly RecordChange[]; readonly count: number }) {
  const { t } = useTranslation('signatures');
  const value = (text: string | null) => (text === null ? t('not-there') : plainText(text));
  return (
    <Stack gap={2} className={classes.changes}>
      {changes.map(({ path, before, after }) => (
        <Text key={path} size="xs">
          <code>{plainText(path.replaceAll('.', ' › ')) || t('record')}</code>: <del>{value(before)}</del> →{' '}
          <ins>{value(after)}</ins>
        </Text>
      ))}
      {count > changes.length && (
        <Text size="xs">{t('more-changes', { count: count - changes.length })}</Text>
      )}
    </Stack>
  );
}
