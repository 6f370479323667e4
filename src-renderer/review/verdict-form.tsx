import {
  ActionIcon,
  Button,
  Group,
  Kbd,
  SegmentedControl,
  Text,
  Textarea,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { IconCheck, IconCloudUp, IconRotate2 } from '@tabler/icons-react';
import { type RefObject, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import type { Failure } from '../i18n/failure-text.ts';
import type { ActionId } from '../keys/actions.ts';
import { keysOf } from '../keys/bindings.ts';
import { useSession } from '../state/session.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import { ClassField } from './class-field.tsx';
import { timeOf } from './dates.ts';
import { type Draft, isChanged, NOTHING } from './drafts.ts';
import { valuesOf } from './undo-stack.ts';
import classes from './verdict-form.module.css';

const VERDICTS = ['accept', 'reject', 'uncertain'] as const;
const SEVERITIES = ['critical', 'major', 'minor'] as const;

interface VerdictFormProps {
  readonly imageId: number;
  /** The newest entry of the history. */
  readonly last: VerdictEntry | undefined;
  readonly draft: Draft | undefined;
  /** Defect classes, those of the digits first. */
  readonly classes: readonly string[];
  /** Which way the model would be overturned by the verdict that waits for its reason. */
  readonly reasonFor: 'accept' | 'reject' | null;
  readonly saving: boolean;
  readonly error: Failure | null;
  readonly disabled: boolean;
  /** Why it is disabled, where that has to be said. */
  readonly why: string | null;
  readonly commentField: RefObject<HTMLTextAreaElement | null>;
  onDraft(changes: Draft): void;
  /** Gives a verdict with what the form holds. */
  onDecide(verdict: 'accept' | 'reject' | 'uncertain', changes?: Draft): void;
  /** Stores what was changed on a verdict that was given already. */
  onAmend(changes: Draft): void;
  onSubmit(): void;
  onWithdraw(): void;
}

/** The inspector's verdict: separate from the model's, saved as soon as it is given. */
export function VerdictForm(props: VerdictFormProps) {
  const { last, draft, reasonFor, saving, error, disabled, onDraft, onDecide, onAmend } = props;
  const { t } = useTranslation(['review', 'app']);
  const saved = valuesOf(last);
  const chosen = draft?.verdict ?? saved?.verdict ?? null;
  const values = { ...NOTHING, ...saved, ...draft };
  const changed = isChanged(saved, draft);
  return (
    <div className={classes.form}>
      <fieldset className={classes.verdicts} disabled={disabled}>
        <legend className={classes.legend}>{t('verdict.legend')}</legend>
        {VERDICTS.map((verdict) => {
          const Icon = HUMAN_ICONS[verdict];
          return (
            <UnstyledButton
              key={verdict}
              className={classes.verdict}
              aria-pressed={chosen === verdict}
              data-verdict={verdict}
              onClick={() => onDecide(verdict)}
            >
              <Icon size={18} stroke={2} className={verdictClass(verdict)} />
              <span>{t(`app:verdict.${verdict}`)}</span>
              <Key action={`review.${verdict}`} />
            </UnstyledButton>
          );
        })}
      </fieldset>
      {props.why && (
        <Text size="xs" role="note">
          {props.why}
        </Text>
      )}
      {reasonFor && (
        <Reason
          key={`${props.imageId} ${reasonFor}`}
          overturnedTo={reasonFor}
          text={draft?.overturnReason ?? saved?.overturnReason ?? ''}
          onText={(overturnReason) => onDraft({ overturnReason })}
          onReason={(overturnReason) => onDecide(reasonFor, { overturnReason })}
          onCancel={() => onDraft({ verdict: undefined })}
        />
      )}
      <ClassField
        label={t('verdict.class')}
        placeholder={t('verdict.class')}
        value={values.defectClass}
        classes={props.classes}
        disabled={disabled}
        onType={(defectClass) => onDraft({ defectClass })}
        onCommit={(defectClass) => onAmend({ defectClass })}
      />
      <Group gap={4}>
        {props.classes.slice(0, 9).map((name, index) => (
          <UnstyledButton
            key={name}
            className={classes.class}
            aria-pressed={values.defectClass === name}
            disabled={disabled}
            title={name}
            onClick={() => onAmend({ defectClass: values.defectClass === name ? '' : name })}
          >
            <span className={classes.digit}>{index + 1}</span>
            <span className={classes.className}>{name}</span>
          </UnstyledButton>
        ))}
      </Group>
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={t('verdict.severity')}
        disabled={disabled}
        value={values.severity ?? ''}
        data={[
          { value: '', label: t('severity.none') },
          ...SEVERITIES.map((value) => ({ value, label: t(`severity.${value}`) })),
        ]}
        onChange={(value) => onAmend({ severity: SEVERITIES.find((severity) => severity === value) ?? null })}
      />
      <Textarea
        ref={props.commentField}
        size="xs"
        rows={1}
        classNames={{ input: classes.comment ?? '' }}
        maxLength={10_000}
        disabled={disabled}
        aria-label={t('verdict.comment')}
        placeholder={t('verdict.comment-hint', { key: useKey('review.comment') })}
        value={values.comment}
        onChange={(event) => onDraft({ comment: event.currentTarget.value })}
        onBlur={(event) => onAmend({ comment: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          event.currentTarget.blur();
        }}
      />
      {error && (
        <div role="alert">
          <Text size="xs" c="red" fw={600}>
            {t('verdict.not-saved-title')}
          </Text>
          <FailureDetails failure={error} size="xs" />
        </div>
      )}
      <Group gap={6} wrap="nowrap">
        <Button
          size="xs"
          flex="none"
          variant={chosen ? 'filled' : 'default'}
          disabled={disabled || !chosen}
          onClick={props.onSubmit}
          rightSection={<Key action="review.submit" />}
        >
          {t('verdict.submit')}
        </Button>
        <Text size="xs" className={classes.state} data-testid="save-state">
          {saving ? (
            <>
              <IconCloudUp size={14} /> {t('verdict.saving')}
            </>
          ) : changed ? (
            t('verdict.draft')
          ) : saved && last ? (
            <>
              <IconCheck size={14} /> {t('verdict.saved', { time: timeOf(last.createdAt) })}
            </>
          ) : (
            t('verdict.none')
          )}
        </Text>
        {saved && (
          <ActionIcon
            title={t('verdict.withdraw')}
            variant="subtle"
            color="gray"
            size={24}
            ml="auto"
            aria-label={t('verdict.withdraw')}
            disabled={disabled}
            onClick={props.onWithdraw}
          >
            <IconRotate2 size={15} />
          </ActionIcon>
        )}
      </Group>
    </div>
  );
}

const REASONS = {
  accept: ['print', 'reflection', 'dirt', 'variation', 'edge'],
  reject: ['missed', 'small', 'faint', 'rule'],
} as const;

interface ReasonProps {
  readonly overturnedTo: 'accept' | 'reject';
  readonly text: string;
  onText(text: string): void;
  onReason(reason: string): void;
  onCancel(): void;
}

/** Why the model is wrong: asked for at once, since nobody remembers it later. */
function Reason({ overturnedTo, text, onText, onReason, onCancel }: ReasonProps) {
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
          <UnstyledButton key={reason} className={classes.class} onClick={() => onReason(reason)}>
            <span className={classes.className}>{reason}</span>
          </UnstyledButton>
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

function useKey(action: ActionId): string {
  const bindings = useSession((session) => session.bindings);
  return keysOf(action, bindings)[0] ?? '';
}

function Key({ action }: { readonly action: ActionId }) {
  const key = useKey(action);
  return key === '' ? null : (
    <Kbd size="xs" aria-hidden className={classes.key}>
      {key === 'Ctrl+Enter' ? 'Ctrl ⏎' : key}
    </Kbd>
  );
}
