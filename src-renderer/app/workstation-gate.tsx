import { Button, Center, Loader, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { NotLetIn, NotSignedIn, onOtherTab } from '../api/browser-access.ts';
import { apiFor, connect } from '../api/connection.ts';
import { NetworkSignIn } from '../people/network-sign-in.tsx';
import { useUnsentEdits } from '../review/unsent-edits.ts';
import { beginAs, refreshPeople } from '../state/people.ts';
import {
  followEvents,
  useConnection,
  WorkstationContext,
  type WorkstationState,
} from '../state/workstation.ts';
import { App } from './app.tsx';

type ConnectionState =
  | { readonly state: 'opening' | 'lost' | 'shut-out' | 'sign-in' }
  | { readonly state: 'open'; readonly workstation: WorkstationState };

/** Milliseconds between two attempts to get a lost connection back. */
const RETRY = 2000;

/** Opens the connection to the main side, shows the window on it, and says so and tries again when it breaks. */
export function WorkstationGate() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const unsent = useUnsentEdits(({ edits }) => edits.length);
  const [attempt, setAttempt] = useState(0);
  const [connection, setConnection] = useState<ConnectionState>({ state: 'opening' });
  // biome-ignore lint/correctness/useExhaustiveDependencies: every attempt opens the connection anew
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => setAttempt((n) => n + 1);
    let wasSignedIn = false;
    const lose = (error?: unknown) => {
      if (abort.signal.aborted) return;
      useConnection.setState({ workstation: null });
      if (wasSignedIn) {
        // Most likely the session is over, and what one inspector saw is nothing for the next.
        queries.clear();
        setConnection({ state: 'opening' });
        return again();
      }
      const isShutOut = error instanceof NotLetIn;
      const isSignedOut = error instanceof NotSignedIn;
      setConnection({ state: isShutOut ? 'shut-out' : isSignedOut ? 'sign-in' : 'lost' });
      if (isShutOut || isSignedOut) abort.signal.addEventListener('abort', onOtherTab(again));
      else timer = setTimeout(again, RETRY);
    };
    const open = async () => {
      // The command line may have given a new PIN meanwhile, which ends the session without an event.
      const { client, inspector, closed } = await connect(() => void refreshPeople(client));
      if (inspector) beginAs(inspector);
      const info = await client.app.info();
      await refreshPeople(client);
      if (abort.signal.aborted) return;
      const workstation = { client, api: apiFor(client), info };
      await queries.invalidateQueries();
      useConnection.setState({ workstation });
      setConnection({ state: 'open', workstation });
      wasSignedIn = inspector !== null;
      await Promise.race([followEvents(workstation, queries, abort.signal), closed]);
    };
    open().then(() => lose(), lose);
    return () => {
      abort.abort();
      useConnection.setState({ workstation: null });
      clearTimeout(timer);
    };
  }, [attempt, queries]);
  if (connection.state === 'open') {
    return (
      <WorkstationContext value={connection.workstation}>
        <App />
      </WorkstationContext>
    );
  }
  if (connection.state === 'sign-in') return <NetworkSignIn onDone={() => setAttempt((n) => n + 1)} />;
  return (
    <Center h="100dvh">
      {connection.state === 'opening' ? (
        <Loader aria-label={t('connecting')} />
      ) : (
        <Stack align="center" maw={420} role="alert">
          <Title order={3}>{t(`${connection.state}.title`)}</Title>
          <Text ta="center">{t(`${connection.state}.why`)}</Text>
          {unsent > 0 && (
            <Text ta="center" fw={600} data-testid="unsent">
              {t('unsent', { count: unsent })}
            </Text>
          )}
          {connection.state === 'lost' && (
            <Button onClick={() => location.reload()}>{t('lost.reload')}</Button>
          )}
        </Stack>
      )}
    </Center>
  );
}
