import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ReportRemarks } from '../../src-shared/report.ts';
import { useFormat } from '../ui/use-format.ts';

/** What has to be known about a report that was made; nothing where there is nothing. */
export function Remarks({ remarks }: { readonly remarks: ReportRemarks }) {
  const { t } = useTranslation('reports');
  const format = useFormat();
  const kinds = (['pending', 'changed', 'missing', 'overLimit'] as const).filter((kind) => remarks[kind] > 0);
  const { unknownSigns } = remarks;
  if (kinds.length === 0 && unknownSigns.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />} p="xs" data-testid="report-remarks">
      {kinds.map((kind) => (
        <Text size="sm" key={kind}>
          {t(`remark.${kind}`, { count: remarks[kind], number: format.count(remarks[kind]) })}
        </Text>
      ))}
      {unknownSigns.length > 0 && (
        <Text size="sm">{t('remark.signs', { signs: unknownSigns.slice(0, 12).join(', ') })}</Text>
      )}
    </Alert>
  );
}
