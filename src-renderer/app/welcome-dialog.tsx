import { Button, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Asks once who is sitting here: every verdict carries its inspector. */
export function WelcomeDialog({ opened }: { readonly opened: boolean }) {
  const { t } = useTranslation();
  const { info } = useWorkstation();
  const [name, setName] = useState(info.userName);
  return (
    <Modal
      opened={opened}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('welcome.title')}
      centered
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) useSession.getState().set({ inspector: name.trim() });
        }}
      >
        <Stack>
          <Text size="sm">{t('welcome.why')}</Text>
          <TextInput
            label={t('welcome.name')}
            value={name}
            maxLength={100}
            required
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!name.trim()}>
            {t('welcome.begin')}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}
