import { Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { signIn, usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { SignInForm } from './sign-in-form.tsx';

/** Stands before everything while the workspace has people and none of them is signed in. */
export function SignInDialog() {
  const { t } = useTranslation();
  const { client } = useWorkstation();
  const queries = useQueryClient();
  const { people, me, isOverNetwork } = usePeople();
  const enter = async (name: string, pin: string) => {
    await signIn(client, name, pin);
    // What was refused while nobody was signed in is asked for again.
    void queries.resetQueries({ predicate: ({ state }) => state.status === 'error' });
  };
  return (
    <Modal
      opened={people.length > 0 && me === null && !isOverNetwork}
      onClose={() => {}}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      zIndex={400}
      transitionProps={{ duration: 0 }}
      title={t('people.sign-in')}
      // Blurring the whole window would keep a processor without a graphics card busy at each blink of the caret.
      overlayProps={{ color: 'var(--mantine-color-body)', backgroundOpacity: 1 }}
      centered
    >
      <SignInForm people={people} signIn={enter} />
    </Modal>
  );
}
