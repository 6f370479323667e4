import { Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import { useOthersWord } from '../state/people.ts';
import { when } from './dates.ts';
import { ItemAction } from './item-action.tsx';
import classes from './region-list.module.css';

interface AnnotationListProps {
  readonly annotations: readonly Annotation[];
  readonly selected: number | null;
  onSelect(id: number | null): void;
  onRetract(id: number): void;
}

/** What the inspectors marked in the image. */
export function AnnotationList({ annotations, selected, onSelect, onRetract }: AnnotationListProps) {
  const { t } = useTranslation('review');
  const othersWord = useOthersWord();
  if (annotations.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('annotations.none')}
      </Text>
    );
  }
  return (
    <ul className={classes.list}>
      {annotations.map((annotation) => {
        const { id, kind, regionIndex, defectClass, comment, inspector, createdAt } = annotation;
        const on = id === selected;
        const why = othersWord('review.retract-of-others', inspector);
        const title = [
          t(`kind.${kind}`),
          regionIndex !== null && t('annotations.region', { index: regionIndex }),
          defectClass,
        ]
          .filter(Boolean)
          .join(' · ');
        return (
          <li key={id} className={classes.region} data-on={on}>
            <button
              type="button"
              className={classes.pick}
              aria-pressed={on}
              data-annotation={id}
              onClick={() => onSelect(on ? null : id)}
            >
              <span className={classes.facts}>
                <span className={classes.wrap}>{title}</span>
                {comment && <span className={classes.wrap}>{comment}</span>}
                <span className={classes.area}>
                  <bdi>{inspector}</bdi>, {when(createdAt)}
                </span>
              </span>
            </button>
            <div className={classes.acts}>
              <ItemAction
                label={`${t('annotations.retract')}: ${title}`}
                title={t('annotations.retract')}
                why={why}
                icon={IconTrash}
                onClick={() => onRetract(id)}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
}
