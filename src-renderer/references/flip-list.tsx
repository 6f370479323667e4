import { ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReferenceWhatIf } from '../../src-shared/contract/references.ts';
import { plainText } from '../i18n/plain-text.ts';
import { verdictClass } from '../ui/verdict-icons.tsx';
import classes from './references.module.css';

/** The verdicts that a change would turn over, and whether model and inspectors would agree more often. */
export function FlipList({ whatIf }: { readonly whatIf: ReferenceWhatIf }) {
  const { t } = useTranslation('references');
  const { reviewed, examined, unread, flips, agreeing, withoutCrowd = 0, withoutPart = 0 } = whatIf;
  if (examined === 0) return <Text size="sm">{t(unread > 0 ? 'flips.unread' : 'flips.nothing')}</Text>;
  return (
    <Stack gap={6} data-testid="flips">
      <Text size="sm" fw={600}>
        {flips.length === 0
          ? t('flips.none', { count: examined })
          : t('flips.some', { count: flips.length, of: examined })}
      </Text>
      {flips.length > 0 && <Flips flips={flips} />}
      <Text size="sm">{t('flips.agreeing', { ...agreeing, of: examined })}</Text>
      {unread > 0 && <Text size="xs">{t('unread', { count: unread })}</Text>}
      {withoutCrowd > 0 && <Text size="xs">{t('without-crowd', { count: withoutCrowd })}</Text>}
      {withoutPart > 0 && <Text size="xs">{t('without-part', { count: withoutPart })}</Text>}
      {examined + unread < reviewed && (
        <Text size="xs">{t('flips.only-newest', { examined: examined + unread, reviewed })}</Text>
      )}
    </Stack>
  );
}

function Flips({ flips }: Pick<ReferenceWhatIf, 'flips'>) {
  const { t } = useTranslation(['references', 'app']);
  const scored = ({ score, verdict }: ReferenceWhatIf['flips'][number]['before']) => (
    <Table.Td>
      {score.toFixed(3)} <span className={verdictClass(verdict)}>{t(`app:verdict.${verdict}`)}</span>
    </Table.Td>
  );
  return (
    <ScrollArea.Autosize mah={280} viewportProps={{ tabIndex: 0, 'aria-label': t('flips.title') }}>
      <Table verticalSpacing={3} className={classes.missed}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('image')}</Table.Th>
            <Table.Th>{t('inspector')}</Table.Th>
            <Table.Th>{t('before')}</Table.Th>
            <Table.Th>{t('after')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {flips.map(({ runId, imageId, name, human, before, after }) => (
            <Table.Tr key={`${runId} ${imageId}`}>
              <Table.Td>
                <bdi>{plainText(name)}</bdi>
              </Table.Td>
              <Table.Td className={verdictClass(human)}>{t(`app:verdict.${human}`)}</Table.Td>
              {scored(before)}
              {scored(after)}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}
