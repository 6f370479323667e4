import { NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { refreshPeople, usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { AddInspectorForm } from './add-inspector-form.tsx';
import { InspectorRow } from './inspector-row.tsx';
import { useCanManage } from './roles.ts';

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
        {people.map((inspector) => (
          <InspectorRow key={inspector.name} inspector={inspector} />
        ))}
        {canManage && <AddInspectorForm isFirst={people.length === 0} />}
        {people.length > 0 && (canManage ? <IdleTime /> : <Managed />)}
      </Stack>
    </Paper>
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
