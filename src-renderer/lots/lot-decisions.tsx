import { Button, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LotDetails, LotDisposition } from '../../src-shared/sampling/lot.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './lots.module.css';

const OFFERED = ['accepted', 'rejected', 'cancelled'] as const satisfies readonly LotDisposition[];

/** What was decided about a lot, by whom, and what can be decided now. */
export function LotDecisions({ details }: { readonly details: LotDetails }) {
  const { t } = useTranslation('lots');
  const format = useFormat();
  const { client } = useWorkstation();
  const go = useGo();
  const inspector = useSession((session) => session.inspector);
  const denied = useDenied();
  const [comment, setComment] = useState('');
  const { lot, decision, decisions, finding, resubmittedAs } = details;
  const dispose = useMutation({
    mutationFn: (disposition: LotDisposition) =>
      client.lots.dispose({ id: lot.id, disposition, comment, inspector }),
    onSuccess: () => setComment(''),
  });
  const choices: readonly LotDisposition[] = decision ? ['withdrawn'] : OFFERED;
  return (
    <Stack gap="sm">
      <Title order={3} size="h5">
        {t('decision.title')}
      </Title>
      {decisions.length > 0 && (
        <ul className={classes.history}>
          {decisions.map((entry) => (
            <li key={entry.id}>
              <Text size="sm">
                {t('decision.entry', {
                  disposition: t(`disposition.${entry.disposition}`),
                  says: t(`says.${entry.finding.conformity}`),
                })}
                {entry.comment !== '' && ` – ${plainText(entry.comment)}`}
              </Text>
              <Text size="xs" className={classes.quiet}>
                {plainText(entry.inspector)}, {format.moment(entry.createdAt)}
              </Text>
            </li>
          ))}
        </ul>
      )}
      <Textarea
        label={t('decision.comment')}
        description={t('decision.comment-hint')}
        value={comment}
        maxLength={10_000}
        autosize
        minRows={1}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap="xs">
        {choices.map((disposition) => (
          <Button
            key={disposition}
            variant={disposition === finding.conformity ? 'filled' : 'default'}
            loading={dispose.isPending && dispose.variables === disposition}
            {...denied('lots.dispose')}
            onClick={() => dispose.mutate(disposition)}
          >
            {t(`decide.${disposition}`)}
          </Button>
        ))}
        {decision?.disposition === 'rejected' && resubmittedAs === null && (
          <Button variant="default" {...denied('lots.begin')} onClick={() => go(routeTo.lots('new', lot.id))}>
            {t('decide.again')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
