import { Button, Center, Group, Menu, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry, AuditFilter, AuditReport } from '../../src-shared/audit.ts';
import type { Download } from '../../src-shared/download.ts';
import { startDownload } from '../api/downloads.ts';
import { plainText } from '../i18n/plain-text.ts';
import { ActionTooltip } from '../keys/action-button.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useDenied, usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Screen } from '../ui/screen.tsx';
import { showError } from '../ui/show-error.tsx';
import classes from './audit.module.css';
import { AUDIT_ACTIONS, verifyAction } from './audit-actions.ts';
import { AuditCheck } from './audit-check.tsx';
import { AuditDetails } from './audit-details.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { useAuditWork } from './use-audit-work.ts';

/** Who did what when: searched, checked, exported. For reviewers, where there are people. */
export function AuditScreen() {
  const { t } = useTranslation(['audit', 'app']);
  const isDenied = 'disabled' in useDenied()('audit.search');
  if (!isDenied) return <Trail />;
  return (
    <Screen title={t('title')} beside={null}>
      <Center flex={1}>
        <Text>{t('app:people.needs.reviewer')}</Text>
      </Center>
    </Screen>
  );
}

function Trail() {
  const { t } = useTranslation('audit');
  const { client } = useWorkstation();
  const [filter, setFilter] = useState<AuditFilter>({});
  const [asked] = useDebouncedValue(filter, 250);
  const [entry, setEntry] = useState<AuditEntry | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const check = useAuditWork<
    { readonly phase: 'entries' | 'records' | 'results' },
    { readonly report: AuditReport }
  >();
  const verify = () => void check.start((signal) => client.audit.verify({ head: null }, { signal }));
  useActions(AUDIT_ACTIONS, { mayRead: true, search: () => search.current?.focus(), verify });
  return (
    <Screen
      title={t('title')}
      beside={
        <Group gap="xs">
          <ActionTooltip text={t('verify-why')} action={verifyAction}>
            <Button leftSection={<IconShieldCheck size={16} />} loading={check.isRunning} onClick={verify}>
              {t('verify')}
            </Button>
          </ActionTooltip>
          <ExportMenu filter={asked} />
        </Group>
      }
    >
      <div className={classes.trail} data-testid="audit">
        <AuditCheck check={check} />
        <AuditFilters filter={filter} onChange={setFilter} search={search} />
        <div className={classes.columns}>
          <AuditTable key={JSON.stringify(asked)} filter={asked} selected={entry} onSelect={setEntry} />
          <AuditDetails entry={entry} />
        </div>
      </div>
    </Screen>
  );
}

function ExportMenu({ filter }: { readonly filter: AuditFilter }) {
  const { t } = useTranslation('audit');
  const { client } = useWorkstation();
  const [isBusy, setBusy] = useState(false);
  const download = usePeople((state) => state.isOverNetwork);
  const tell = (made: { readonly path: string; readonly download: Download | null }) => {
    if (made.download) return startDownload(made.download);
    notifications.show({ message: t('exported', { path: plainText(made.path) }), autoClose: 15_000 });
  };
  const during = (work: () => Promise<void>) => {
    setBusy(true);
    void work()
      .catch((error: unknown) => showError(error))
      .finally(() => setBusy(false));
  };
  const write = (format: 'csv' | 'json') =>
    during(async () => {
      for await (const event of await client.audit.export({ filter, format, download })) {
        if (event.kind === 'finished') tell(event);
      }
    });
  const keepHead = () =>
    during(async () => {
      tell(await client.audit.exportHead({ download }));
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} />} loading={isBusy}>
          {t('export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => write('csv')}>{t('export-csv')}</Menu.Item>
        <Menu.Item onClick={() => write('json')}>{t('export-json')}</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={keepHead}>{t('export-head')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
