import { Modal, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language } from '../i18n/index.ts';
import { usePeople } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Name, language and theme of this window. */
export function SettingsDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation();
  const { info } = useWorkstation();
  const { inspector, language, theme, set } = useSession();
  const isOpen = usePeople(({ people }) => people.length === 0);
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
        <Text size="xs" c="dimmed">
          {t('settings.about', { version: info.version, folder: info.workspaceFolder })}
        </Text>
      </Stack>
    </Modal>
  );
}
