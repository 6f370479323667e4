import { notifications } from '@mantine/notifications';
import { MutationCache, QueryClient } from '@tanstack/react-query';
import i18next from 'i18next';
import { FailureDetails } from '../app/failure-details.tsx';
import { failureOf } from './connection.ts';

/** Shows what went wrong with something that the user asked for. */
export function showError(error: unknown): void {
  const failure = failureOf(error);
  if (failure.code === 'cancelled') return;
  notifications.show({
    color: 'red',
    title: i18next.t('app:error'),
    message: <FailureDetails failure={failure} />,
    closeButtonProps: { 'aria-label': i18next.t('app:close') },
    autoClose: 12_000,
  });
}

/** The main side is on this machine: nothing is retried, and everything is kept until an event says that it changed. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
  mutationCache: new MutationCache({ onError: showError }),
});
