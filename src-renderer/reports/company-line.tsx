import { Button, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { CompanyDialog } from './company-dialog.tsx';

/** Who issues the report, and the way to change that. */
export function CompanyLine() {
  const { t } = useTranslation('reports');
  const { api } = useWorkstation();
  const { data: company } = useQuery(api.reports.company.queryOptions());
  const [isOpen, dialog] = useDisclosure(false);
  const denied = useDenied()('reports.changeCompany');
  return (
    <Group justify="space-between" wrap="nowrap" gap="sm">
      <div>
        <Text size="sm" fw={500}>
          {t('company.issuer')}
        </Text>
        <Text size="sm" c={company?.name ? undefined : 'dimmed'}>
          <bdi>{company?.name ? plainText(company.name) : t('company.none')}</bdi>
          {company?.logo ? ` · ${t('company.with-logo')}` : ''}
        </Text>
      </div>
      <Button size="xs" variant="default" flex="none" {...denied} onClick={dialog.open}>
        {t('company.open')}
      </Button>
      <CompanyDialog opened={isOpen} onClose={dialog.close} />
    </Group>
  );
}
