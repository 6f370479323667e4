import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SampleFinding } from '../../src-shared/sampling/conformity.ts';
import type { ClassPlan, PlanByClass } from '../../src-shared/sampling/plan.ts';
import { severitySchema } from '../../src-shared/verdict.ts';
import { useFormat } from '../ui/use-format.ts';

/** The plan of each class: letter, sample, Ac and Re, and (`finding` given) what was found. */
export function ClassTable({
  plans,
  finding,
}: {
  readonly plans: PlanByClass;
  readonly finding?: SampleFinding;
}) {
  const { t } = useTranslation(['lots', 'review']);
  const format = useFormat();
  const rows = severitySchema.options.flatMap((severity) => {
    const plan = plans[severity];
    return plan ? [{ severity, plan, found: finding?.classes[severity] }] : [];
  });
  return (
    <Table data-testid="class-table" withRowBorders>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('table.class')}</Table.Th>
          <Table.Th scope="col">{t('table.limit')}</Table.Th>
          <Table.Th scope="col">{t('table.severity')}</Table.Th>
          <Table.Th scope="col">{t('table.letter')}</Table.Th>
          <Table.Th scope="col">{t('table.sample')}</Table.Th>
          <Table.Th scope="col">{t('table.accept')}</Table.Th>
          <Table.Th scope="col">{t('table.reject')}</Table.Th>
          {finding && <Table.Th scope="col">{t('table.found')}</Table.Th>}
          {finding && <Table.Th scope="col">{t('table.says')}</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ severity, plan, found }) => (
          <Table.Tr key={severity}>
            <Table.Th scope="row">{t(`review:severity.${severity}`)}</Table.Th>
            <Table.Td>{plan.limit === 0 ? t('none-accepted') : format.number(plan.limit)}</Table.Td>
            <Table.Td>{plan.tableLetter === null ? '–' : t(`severity.${plan.severity}`)}</Table.Td>
            <Table.Td>
              <Letter plan={plan} />
            </Table.Td>
            <Table.Td>
              {format.count(plan.sampleSize)}
              {plan.everyItem && ` (${t('every-item')})`}
            </Table.Td>
            <Table.Td>{format.count(plan.accept)}</Table.Td>
            <Table.Td>{format.count(plan.reject)}</Table.Td>
            {finding && <Table.Td>{found ? format.count(found.found) : '–'}</Table.Td>}
            {finding && <Table.Td>{found ? t(`says.${found.conformity}`) : '–'}</Table.Td>}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The code letter, and the row that an arrow led to. */
function Letter({ plan: { codeLetter, tableLetter } }: { readonly plan: ClassPlan }) {
  const { t } = useTranslation('lots');
  if (codeLetter === null || tableLetter === null) return '–';
  if (codeLetter === tableLetter) return codeLetter;
  return t('arrow', { from: codeLetter, to: tableLetter });
}
