import { Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDenied } from '../state/people.ts';
import classes from './candidate-panel.module.css';
import { ClassField } from './class-field.tsx';
import type { AnnotationValues } from './undo-stack.ts';

interface DrawnPanelProps {
  readonly classes: readonly string[];
  onSave(values: Pick<AnnotationValues, 'kind' | 'defectClass' | 'comment'>): void;
  /** It is no annotation, but where the product is looked at, or not. */
  onArea(kind: 'include' | 'ignore'): void;
  onDiscard(): void;
}

/** Asks what an area is that was drawn by hand. */
export function DrawnPanel({ classes: known, onSave, onArea, onDiscard }: DrawnPanelProps) {
  const { t } = useTranslation('review');
  const denied = useDenied()('areas.save');
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<'missed-defect' | 'false-positive'>('missed-defect');
  const [defectClass, setDefectClass] = useState('');
  const [comment, setComment] = useState('');
  useEffect(() => form.current?.querySelector<HTMLElement>('input:checked')?.focus(), []);
  return (
    <form
      ref={form}
      className={classes.panel}
      aria-label={t('drawn.title')}
      data-testid="drawn"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ kind, defectClass: defectClass.trim(), comment: comment.trim() });
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onDiscard();
      }}
    >
      <Text size="sm" fw={600}>
        {t('drawn.title')}
      </Text>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('drawn.kind')}
        value={kind}
        data={(['missed-defect', 'false-positive'] as const).map((value) => ({
          value,
          label: t(`kind.${value}`),
        }))}
        onChange={(value) => setKind(value === 'false-positive' ? value : 'missed-defect')}
      />
      {kind === 'missed-defect' && (
        <ClassField
          label={t('verdict.class')}
          placeholder={t('verdict.class')}
          value={defectClass}
          classes={known}
          onType={setDefectClass}
          onCommit={setDefectClass}
        />
      )}
      <TextInput
        size="xs"
        maxLength={2000}
        aria-label={t('verdict.comment')}
        placeholder={t('verdict.comment')}
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      <Group gap={6}>
        <Button size="compact-sm" type="submit">
          {t('drawn.save')}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={onDiscard}>
          {t('candidate.discard')}
        </Button>
      </Group>
      <Group gap={6} role="group" aria-label={t('area.title')}>
        {(['include', 'ignore'] as const).map((which) => (
          <Button key={which} size="compact-xs" variant="default" onClick={() => onArea(which)} {...denied}>
            {t(`drawn.${which}`)}
          </Button>
        ))}
      </Group>
    </form>
  );
}
