import { Table, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { plainText } from '../i18n/plain-text.ts';
import { AgreedShare, Kappa } from '../ui/agreement-values.tsx';
import { Panel } from './panel.tsx';

/** How far inspectors say the same of the same image. */
export function AgreementPanel({ agreement }: Pick<Dashboard, 'agreement'>) {
  const { t } = useTranslation('dashboard');
  return (
    <Panel title={t('agreement.title')} hint={t('agreement.hint')}>
      <Pairs title={t('agreement.history')} why={t('agreement.history-why')} pairs={agreement.history} />
      <Pairs title={t('agreement.studies')} why={t('agreement.studies-why')} pairs={agreement.studies} />
    </Panel>
  );
}

function Pairs({
  title,
  why,
  pairs,
}: {
  readonly title: string;
  readonly why: string;
  readonly pairs: Dashboard['agreement']['history'];
}) {
  const { t } = useTranslation(['dashboard', 'studies']);
  return (
    <section aria-label={title}>
      <Title order={3} size="h6">
        {title}
      </Title>
      <Text size="xs">{why}</Text>
      {pairs.length === 0 ? (
        <Text size="sm">{t('agreement.none')}</Text>
      ) : (
        <Table aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              {(['pair', 'pair-kappa', 'pair-alike'] as const).map((head) => (
                <Table.Th key={head} scope="col">
                  {t(`studies:table.${head}`)}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {pairs.map((pair) => (
              <Table.Tr key={`${pair.first}\n${pair.second}`}>
                <Table.Th scope="row">
                  {t('studies:table.pair-names', {
                    first: plainText(pair.first),
                    second: plainText(pair.second),
                  })}
                </Table.Th>
                <Table.Td>
                  <Kappa value={pair.kappa} />
                </Table.Td>
                <Table.Td>
                  <AgreedShare of={pair} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
