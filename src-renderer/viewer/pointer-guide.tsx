import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import classes from './pointer-guide.module.css';
import { type PointerStore, usePointer } from './pointer-state.ts';
import { useViewport, useViewSettings } from './view-settings.ts';
import type { Tool } from './viewer-props.ts';
import { toScreen, type ViewerStage } from './viewport.ts';

/** What follows the pointer: the brush's size, the keyboard's cross, who made the annotation under it. */
export function PointerGuide({
  tool,
  stage,
  annotations,
  pointer,
}: {
  readonly tool: Tool;
  readonly stage: ViewerStage;
  readonly annotations: readonly Annotation[];
  readonly pointer: PointerStore;
}) {
  const { t, i18n } = useTranslation('viewer');
  const position = usePointer(pointer, (state) => state.position);
  const byKeyboard = usePointer(pointer, (state) => state.byKeyboard);
  const hovered = usePointer(pointer, (state) => state.annotation);
  const viewport = useViewport(stage);
  const brush = useViewSettings((settings) => settings.brush);
  if (!position) return null;
  const at = toScreen(viewport, position);
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
          {/* An area that was drawn and is not saved yet has none. */}
          {annotation.createdAt !== '' && (
            <span className={classes.dim}>
              {annotation.inspector} ·{' '}
              {new Date(annotation.createdAt).toLocaleString(i18n.language, {
                dateStyle: 'medium',
                timeStyle: 'short',
              })}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
