import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Role } from '../../src-shared/roles.ts';
import { plainText } from '../i18n/plain-text.ts';
import { refreshPeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** What an engineer does with another inspector's account. */
export function useManageInspector(name: string, onDone: () => void) {
  const { t } = useTranslation('app');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const { mutate, isPending } = useMutation({
    mutationFn: async (change: () => Promise<unknown>) => {
      await change();
      await refreshPeople(client);
    },
    onSuccess: onDone,
  });
  return {
    isPending,
    changeRole: (role: Role) => mutate(() => client.people.changeRole({ name, role, inspector })),
    resetPin: (pin: string) =>
      mutate(async () => {
        await client.people.resetPin({ name, pin, inspector });
        notifications.show({ message: t('people.reset-done', { name: plainText(name) }) });
      }),
    remove: () =>
      mutate(async () => {
        await client.people.remove({ name, inspector });
        notifications.show({ message: t('people.removed', { name: plainText(name) }) });
      }),
  };
}
