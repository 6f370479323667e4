import { Button } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import { KeyHint } from './action-button.tsx';
import { type ScratchStore, useScratch } from './scratch.ts';
import { useViewport, useViewSettings } from './view-settings.ts';
import classes from './viewer.module.css';
import type { Tool } from './viewer-props.ts';
import { type Stage, toScreen } from './viewport.ts';

/** What follows the pointer: the brush's size, the keyboard's cross, who made the annotation under it. */
export function PointerGuide({
  tool,
  stage,
  annotations,
  scratch,
}: {
  readonly tool: Tool;
  readonly stage: Stage;
  readonly annotations: readonly Annotation[];
  readonly scratch: ScratchStore;
}) {
  const { t, i18n } = useTranslation('viewer');
  const place = useScratch(scratch, (state) => state.place);
  const byKeyboard = useScratch(scratch, (state) => state.byKeyboard);
  const hovered = useScratch(scratch, (state) => state.annotation);
  const viewport = useViewport(stage);
  const brush = useViewSettings((settings) => settings.brush);
  if (!place) return null;
  const at = toScreen(viewport, place);
  const transform = `translate(${at.x}px, ${at.y}px)`;
  const annotation = annotations.find(({ id }) => id === hovered);
  return (
    <div className={classes.guide} style={{ transform }}>
      {(tool === 'brush' || tool === 'eraser') && (
        <div className={classes.brush} data-tool={tool} style={{ width: brush, height: brush }} />
      )}
      {byKeyboard && <div className={classes.cross} />}
      {annotation && (
        <div className={classes.note} role="tooltip">
          <strong data-kind={annotation.kind}>{t(`annotations.${annotation.kind}`)}</strong>
          {annotation.defectClass && <span>{annotation.defectClass}</span>}
          {annotation.comment && <span>{annotation.comment}</span>}
          <span className={classes.dim}>
            {annotation.inspector} ·{' '}
            {new Date(annotation.createdAt).toLocaleString(i18n.language, {
              dateStyle: 'medium',
              timeStyle: 'short',
            })}
          </span>
        </div>
      )}
    </div>
  );
}

/** Ends a drawing: with the keys that do the same. */
export function DraftBar({
  scratch,
  onFinish,
  onDrop,
}: {
  readonly scratch: ScratchStore;
  onFinish(): void;
  onDrop(): void;
}) {
  const { t } = useTranslation('viewer');
  const draft = useScratch(scratch, (state) => state.draft);
  if (draft?.kind !== 'strokes' && draft?.kind !== 'polygon') return null;
  const canFinish = draft.kind === 'strokes' || draft.points.length >= 3;
  return (
    <div className={classes.draftBar}>
      <Button
        size="compact-sm"
        leftSection={<IconCheck size={14} />}
        disabled={!canFinish}
        onClick={onFinish}
      >
        {t('draft.finish')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconX size={14} />}
        rightSection={<KeyHint action="viewer.reset" />}
        onClick={onDrop}
      >
        {t('draft.drop')}
      </Button>
    </div>
  );
}
