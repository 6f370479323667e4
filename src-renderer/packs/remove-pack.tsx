import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PackSummary, PackUses } from '../../src-shared/contract/packs.ts';
import { failureOf } from '../api/connection.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './packs.module.css';

/** Removes a pack, after it was shown what still uses it. Packs that come with the program stay. */
export function RemovePack({ pack }: { readonly pack: PackSummary }) {
  const { t } = useTranslation(['models', 'app']);
  const denied = useDenied();
  const [opened, { open, close }] = useDisclosure(false);
  if (pack.place === 'program') return null;
  return (
    <>
      <Button
        variant="default"
        className={classes.noShrink}
        leftSection={<IconTrash size={16} />}
        aria-label={t('remove.named', { pack: pack.id })}
        {...denied('packs.remove')}
        onClick={open}
      >
        {t('remove.open')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('remove.named', { pack: pack.id })}
        size={560}
        closeButtonProps={{ 'aria-label': t('app:close') }}
      >
        {opened && <Confirmation id={pack.id} onClose={close} />}
      </Modal>
    </>
  );
}

function Confirmation({ id, onClose }: { readonly id: string; onClose(): void }) {
  const { t } = useTranslation(['models', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const { data: uses, error } = useQuery(
    api.packs.uses.queryOptions({ input: { id }, refetchOnMount: 'always' }),
  );
  const isUsed = uses !== undefined && uses.workspaces.length + uses.packs.length > 0;
  const remove = useMutation({
    mutationFn: () => client.packs.remove({ id, force: isUsed, inspector }),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: api.packs.key() });
    },
  });
  const failed = error ?? remove.error;
  return (
    <Stack gap="md">
      {uses &&
        (isUsed ? <Uses uses={uses} /> : <Text size="sm">{t('remove.unused', { count: uses.known })}</Text>)}
      {failed && (
        <div role="alert">
          <FailureDetails failure={failureOf(failed)} />
        </div>
      )}
      <Group justify="flex-end">
        <Button variant="default" data-autofocus onClick={onClose}>
          {t('app:cancel')}
        </Button>
        <Button color="red" loading={!uses || remove.isPending} onClick={() => remove.mutate()}>
          {t(isUsed ? 'remove.anyway' : 'remove.open')}
        </Button>
      </Group>
    </Stack>
  );
}

/** What would no longer work. */
function Uses({ uses }: { readonly uses: PackUses }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />} title={t('remove.used')}>
      <Text size="sm">{t('remove.used-about')}</Text>
      <ul className={classes.list}>
        {uses.workspaces.map(({ workspace, recipes, runs, results, error }) => (
          <li key={workspace}>
            <PlainName size="sm">{workspace}</PlainName>
            <Text size="xs">
              {error
                ? t('remove.unreadable')
                : t('remove.use', {
                    runs: format.count(runs),
                    results: format.count(results),
                    recipes: recipes.join(', ') || '–',
                  })}
            </Text>
          </li>
        ))}
        {uses.packs.map((pack) => (
          <li key={pack}>
            <Text size="sm">{t('remove.trained', { pack })}</Text>
          </li>
        ))}
      </ul>
    </Alert>
  );
}
