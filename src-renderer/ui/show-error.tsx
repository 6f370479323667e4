import { notifications } from '@mantine/notifications';
import i18next from 'i18next';
import { failureOf } from '../api/connection.ts';
import { FailureDetails } from './failure-details.tsx';

/** Shows what went wrong with something that the user asked for. */
export function showError(error: unknown): void {
  const failure = failureOf(error);
  if (failure.code === 'cancelled') return;
  notifications.show({
    color: 'red',
    title: i18next.t('app:error'),
    // What notifications are written in has too little contrast on white.
    message: <FailureDetails failure={failure} c="var(--mantine-color-text)" />,
    closeButtonProps: { 'aria-label': i18next.t('app:close') },
    autoClose: 12_000,
  });
}
