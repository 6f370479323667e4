import { Alert, Group, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ReviewImage } from '../../src-shared/contract/review.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { DoubtAlert, OtherRange } from '../ui/notices.tsx';
import { MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import { FileName } from './file-name.tsx';
import classes from './model-summary.module.css';

interface ModelSummaryProps {
  readonly row: ReviewRow;
  readonly image: ReviewImage | undefined;
  readonly recipe: Recipe;
  /** Why the image's result could not be fetched, or null. */
  readonly error: Failure | null;
}

/** The image's name, and what the model says about it. */
export function ModelSummary({ row, image, recipe, error }: ModelSummaryProps) {
  const { t } = useTranslation(['review', 'app']);
  const Icon = row.model && MODEL_ICONS[row.model];
  const failure = image?.outcome.status === 'failed' ? image.outcome.error : null;
  return (
    <div className={classes.summary}>
      <div className={classes.name}>
        <FileName name={row.name} />
      </div>
      {row.model && row.score !== null && Icon && (
        <>
          <Group gap={8} align="center" wrap="nowrap">
            <Group gap={6} className={verdictClass(row.model)} wrap="nowrap">
              <Icon size={20} stroke={2} aria-hidden />
              <Text fw={650} data-testid="model-verdict">
                {t('model.says', { verdict: t(`app:verdict.${row.model}`) })}
              </Text>
            </Group>
            <Text className={classes.score}>{row.score.toFixed(3)}</Text>
          </Group>
          <ThresholdBar score={row.score} warn={recipe.warn} reject={recipe.reject} />
          {row.belowLimit > 0 && (
            <Text size="xs" c="dimmed" data-testid="below-limit">
              {t('model.below-limit', { count: row.belowLimit })}
            </Text>
          )}
          <DoubtAlert
            codes={row.notices}
            notices={image?.outcome.status === 'done' ? image.outcome.result.notices : undefined}
          />
          {image && <OtherRange image={image} />}
        </>
      )}
      {error && (
        <Alert color="red" p="xs" icon={<IconAlertTriangle size={18} />} title={t('error.image')}>
          <FailureDetails failure={error} />
        </Alert>
      )}
      {row.status === 'pending' && (
        <Text size="sm" c="dimmed">
          {t('model.pending')}
        </Text>
      )}
      {row.status === 'failed' && (
        <Alert color="red" p="xs" icon={<IconAlertTriangle size={18} />} title={t('model.failed')}>
          {failure && <FailureDetails failure={failure} />}
          <Text size="sm" mt={4}>
            {t('model.retry')}
          </Text>
        </Alert>
      )}
    </div>
  );
}

interface ThresholdBarProps {
  readonly score: number;
  readonly warn: number;
  readonly reject: number;
}

/** The score on a scale from 0 to 1 with the bands of the three verdicts. */
function ThresholdBar({ score, warn, reject }: ThresholdBarProps) {
  const { t } = useTranslation(['review', 'app']);
  const percent = (value: number) => `${Math.min(Math.max(value, 0), 1) * 100}%`;
  const close = reject - warn < 0.16;
  return (
    <div
      className={classes.scale}
      role="img"
      aria-label={t('model.scale', {
        score: score.toFixed(3),
        warn: warn.toFixed(3),
        reject: reject.toFixed(3),
      })}
    >
      <div className={classes.bar}>
        <span className={classes.accept} style={{ width: percent(warn) }} />
        <span className={classes.warn} style={{ width: percent(reject - warn) }} />
        <span className={classes.reject} style={{ flex: 1 }} />
        <span className={classes.needle} style={{ insetInlineStart: percent(score) }} />
      </div>
      <div className={classes.legend}>
        <span style={{ insetInlineStart: percent(warn) }} data-side={close ? 'before' : undefined}>
          {warn.toFixed(2)}
        </span>
        <span style={{ insetInlineStart: percent(reject) }} data-side={close ? 'after' : undefined}>
          {reject.toFixed(2)}
        </span>
      </div>
    </div>
  );
}
