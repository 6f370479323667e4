import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { KeyHint } from '../keys/key-hint.tsx';
import classes from './drawing-bar.module.css';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { reset } from './viewer-actions.ts';

/** Ends a drawing: with the keys that do the same. */
export function DrawingBar({
  pointer,
  onFinish,
  onDrop,
}: {
  readonly pointer: PointerStore;
  onFinish(): void;
  onDrop(): void;
}) {
  const { t } = useTranslation('viewer');
  const drawing = usePointer(pointer, (state) => state.drawing);
  if (drawing?.kind !== 'strokes' && drawing?.kind !== 'polygon') return null;
  const canFinish = drawing.kind === 'strokes' || drawing.points.length >= 3;
  return (
    <div className={classes.bar}>
      <Button
        size="compact-sm"
        leftSection={<IconCheck size={14} />}
        disabled={!canFinish}
        onClick={onFinish}
      >
        {t('drawing.finish')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconX size={14} />}
        rightSection={<KeyHint action={reset} />}
        onClick={onDrop}
      >
        {t('drawing.drop')}
      </Button>
    </div>
  );
}
