import { Button, Group, Text, TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ChoiceChip } from './choice-chip.tsx';
import classes from './overturn-reason.module.css';

const REASONS = {
  accept: ['print', 'reflection', 'dirt', 'variation', 'edge'],
  reject: ['missed', 'small', 'faint', 'rule'],
} as const;

interface OverturnReasonProps {
  readonly overturnedTo: 'accept' | 'reject';
  readonly text: string;
  onText(text: string): void;
  onReason(reason: string): void;
  onCancel(): void;
}

/** Why the model is wrong: asked for at once, since nobody remembers it later. */
export function OverturnReason({ overturnedTo, text, onText, onReason, onCancel }: OverturnReasonProps) {
  const { t } = useTranslation('review');
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const reasons = REASONS[overturnedTo].map((reason) => t(`reason.${reason}`));
  return (
    <div className={classes.reason}>
      <Text size="sm" fw={600} id="overturn-why">
        {t(`overturn.${overturnedTo}`)}
      </Text>
      <Group gap={4}>
        {reasons.map((reason) => (
          <ChoiceChip key={reason} name={reason} onClick={() => onReason(reason)} />
        ))}
      </Group>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim()) onReason(text.trim());
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          onCancel();
        }}
      >
        <Group gap={6} wrap="nowrap">
          <TextInput
            ref={field}
            size="xs"
            flex={1}
            required
            maxLength={2000}
            aria-labelledby="overturn-why"
            placeholder={t('overturn.other')}
            value={text}
            onChange={(event) => onText(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" disabled={!text.trim()}>
            {t('overturn.save')}
          </Button>
        </Group>
      </form>
    </div>
  );
}
