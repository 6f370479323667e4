import { Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language } from '../i18n/index.ts';
import { usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';

/** Name, language and theme of this window. */
export function SettingsDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const { info } = useWorkstation();
  const { inspector, language, theme, set } = useSession();
  const isOpen = usePeople(({ people }) => people.length === 0);
  const isEngineer = usePeople(({ isOverNetwork, me }) => isOverNetwork && me?.role === 'engineer');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('settings.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
      centered
    >
      <Stack>
        <TextInput
          key={String(opened)}
          label={t('settings.inspector')}
          defaultValue={inspector}
          readOnly={!isOpen}
          description={!isOpen && t('settings.inspector-signed-in')}
          maxLength={100}
          onBlur={(event) => {
            const name = event.currentTarget.value.trim();
            if (name) set({ inspector: name });
          }}
        />
        <Select
          label={t('settings.language')}
          value={language}
          allowDeselect={false}
          data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={(value) => value && set({ language: value as Language })}
        />
        <Stack gap={4}>
          <Text size="sm" fw={500} id="theme-label">
            {t('settings.theme')}
          </Text>
          <SegmentedControl
            aria-labelledby="theme-label"
            value={theme}
            data={(['dark', 'light', 'auto'] as const).map((value) => ({
              value,
              label: t(`settings.themes.${value}`),
            }))}
            onChange={(value) => set({ theme: value as typeof theme })}
          />
        </Stack>
        {isEngineer && <ImportRoots />}
        <Text size="xs" c="dimmed">
          {t('settings.about', { version: info.version, folder: info.workspaceFolder })}
        </Text>
      </Stack>
    </Modal>
  );
}

/** The folders of the workstation's machine that are opened to the network. Which they are is said when it is started. */
function ImportRoots() {
  const { t } = useTranslation();
  const { api } = useWorkstation();
  const { data } = useQuery(api.app.folder.queryOptions({ input: { path: null } }));
  return (
    <Stack gap={4} data-testid="import-roots">
      <Text size="sm" fw={500}>
        {t('settings.import-roots')}
      </Text>
      {data && data.folders.length === 0 && <Text size="sm">{t('settings.no-import-roots')}</Text>}
      {data?.folders.map(({ path, name }) => (
        <PlainName key={path} size="sm">
          {name}
        </PlainName>
      ))}
      <Text size="xs" c="dimmed">
        {t('settings.import-roots-about')}
      </Text>
    </Stack>
  );
}
