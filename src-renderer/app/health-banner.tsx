import { Alert, Loader } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useHealth } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';

/** Above every screen: what keeps the workspace from storing, or holds it up. */
export function HealthBanner() {
  const { t } = useTranslation();
  const { problems, isWaiting } = useHealth();
  return (
    <>
      {problems.map((problem) => (
        <Alert
          key={`${problem.code} ${problem.details?.case}`}
          role="alert"
          color="red.9"
          variant="filled"
          radius={0}
          icon={<IconAlertTriangle />}
          title={t('health.title')}
          data-testid="health"
        >
          <FailureDetails failure={problem} c="inherit" />
        </Alert>
      ))}
      {isWaiting && (
        <Alert role="status" color="yellow" radius={0} icon={<Loader size="xs" />} data-testid="waiting">
          {t('health.waiting')}
        </Alert>
      )}
    </>
  );
}
