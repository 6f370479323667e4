import { Center, Group, Paper, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { signInOverNetwork } from '../api/browser-access.ts';
import { SignInForm } from './sign-in-form.tsx';

/** All there is of the window over a network until somebody has signed in. */
export function NetworkSignIn({ onDone }: { onDone(): void }) {
  const { t } = useTranslation();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper withBorder p="lg" w="100%" maw={440}>
        <Group gap="sm" mb="md">
          <img src="./icon.svg" alt="ClipSAM" width={36} height={36} />
          <Title order={1} size="h4">
            {t('people.sign-in')}
          </Title>
        </Group>
        <SignInForm
          people={null}
          signIn={async (name, pin) => {
            await signInOverNetwork(name, pin);
            onDone();
          }}
        />
      </Paper>
    </Center>
  );
}
