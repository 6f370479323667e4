import { ActionIcon, Button, Group, SegmentedControl, Text, Textarea } from '@mantine/core';
import { IconCheck, IconCloudOff, IconCloudUp, IconRotate2 } from '@tabler/icons-react';
import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import type { Failure } from '../i18n/failure-text.ts';
import type { UserAction } from '../keys/action.ts';
import { KeyHint, useKey } from '../keys/key-hint.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { ChoiceChip } from './choice-chip.tsx';
import { ClassField } from './class-field.tsx';
import { CrossingPanel } from './crossing-panel.tsx';
import { timeOf } from './dates.ts';
import { EMPTY_VERDICT, isChanged, type VerdictDraft } from './drafts.ts';
import { OverturnReason } from './overturn-reason.tsx';
import { comment, type ReviewContext, submit } from './review-actions.ts';
import { valuesOf } from './undo-stack.ts';
import { VerdictButtons } from './verdict-buttons.tsx';
import classes from './verdict-form.module.css';

const SEVERITIES = ['critical', 'major', 'minor'] as const;

interface VerdictFormProps {
  readonly imageId: number;
  /** The newest entry of the history. */
  readonly last: VerdictEntry | undefined;
  readonly draft: VerdictDraft | undefined;
  /** Defect classes, those of the digits first. */
  readonly classes: readonly string[];
  /** Which way the model would be overturned by the verdict that waits for its reason. */
  readonly reasonFor: 'accept' | 'reject' | null;
  /** Somebody else's verdict, which came before the drafted one was stored. */
  readonly crossing: VerdictEntry | undefined;
  readonly saving: boolean;
  /** It was sent, and the workstation has not answered. */
  readonly unsent: boolean;
  readonly error: Failure | null;
  readonly disabled: boolean;
  /** Why it is disabled, where that has to be said. */
  readonly why: string | null;
  readonly commentField: RefObject<HTMLTextAreaElement | null>;
  onDraft(changes: VerdictDraft): void;
  /** Gives a verdict with what the form holds and these changes. */
  onDecide(verdict: 'accept' | 'reject' | 'uncertain', changes: VerdictDraft): void;
  /** Stores what was changed on a verdict that was given already. */
  onAmend(changes: VerdictDraft): void;
  onAction(action: UserAction<ReviewContext>): void;
  onWithdraw(): void;
  onTakeTheirs(): void;
}

/** The inspector's verdict: separate from the model's, saved as soon as it is given. */
export function VerdictForm(props: VerdictFormProps) {
  const { last, draft, reasonFor, crossing, error, disabled, onDraft, onDecide } = props;
  const { t } = useTranslation('review');
  const saved = valuesOf(last);
  const values = { ...EMPTY_VERDICT, ...saved, ...draft };
  const chosen = draft?.verdict ?? saved?.verdict ?? null;
  return (
    <div className={classes.form}>
      <VerdictButtons chosen={chosen} disabled={disabled} onAction={props.onAction} />
      {crossing && draft?.verdict && (
        <CrossingPanel
          theirs={crossing}
          mine={{ ...EMPTY_VERDICT, ...draft, verdict: draft.verdict }}
          why={props.why}
          onKeep={() => draft.verdict && onDecide(draft.verdict, {})}
          onTakeTheirs={props.onTakeTheirs}
        />
      )}
      {props.why && !crossing && (
        <Text size="xs" role="note">
          {props.why}
        </Text>
      )}
      {reasonFor && !(crossing && draft?.overturnReason) && (
        <OverturnReason
          key={`${props.imageId} ${reasonFor}`}
          overturnedTo={reasonFor}
          text={draft?.overturnReason ?? saved?.overturnReason ?? ''}
          onText={(overturnReason) => onDraft({ overturnReason })}
          onReason={(overturnReason) => onDecide(reasonFor, { overturnReason })}
          onCancel={() => onDraft({ verdict: undefined })}
        />
      )}
      <DefectClass {...props} value={values.defectClass} />
      <Severity {...props} value={values.severity} />
      <Comment {...props} value={values.comment} />
      {error && <NotSaved error={error} />}
      <Group gap={6} wrap="nowrap">
        <Button
          size="xs"
          flex="none"
          variant={chosen ? 'filled' : 'default'}
          disabled={disabled || !chosen}
          onClick={() => props.onAction(submit)}
          rightSection={<KeyHint action={submit} className={classes.key} hidden />}
        >
          {t('verdict.submit')}
        </Button>
        <SaveState {...props} />
        {saved && <Withdraw {...props} />}
      </Group>
    </div>
  );
}

function DefectClass({
  value,
  classes: known,
  disabled,
  onDraft,
  onAmend,
}: Pick<VerdictFormProps, 'classes' | 'disabled' | 'onDraft' | 'onAmend'> & { readonly value: string }) {
  const { t } = useTranslation('review');
  return (
    <>
      <ClassField
        label={t('verdict.class')}
        placeholder={t('verdict.class')}
        value={value}
        classes={known}
        disabled={disabled}
        onType={(defectClass) => onDraft({ defectClass })}
        onCommit={(defectClass) => onAmend({ defectClass })}
      />
      <Group gap={4}>
        {known.slice(0, 9).map((name, index) => (
          <ChoiceChip
            key={name}
            name={name}
            digit={index + 1}
            aria-pressed={value === name}
            disabled={disabled}
            title={name}
            onClick={() => onAmend({ defectClass: value === name ? '' : name })}
          />
        ))}
      </Group>
    </>
  );
}

function Severity({
  value,
  disabled,
  onAmend,
}: Pick<VerdictFormProps, 'disabled' | 'onAmend'> & { readonly value: VerdictEntry['severity'] }) {
  const { t } = useTranslation('review');
  return (
    <SegmentedControl
      size="xs"
      fullWidth
      aria-label={t('verdict.severity')}
      disabled={disabled}
      value={value ?? ''}
      data={[
        { value: '', label: t('severity.none') },
        ...SEVERITIES.map((severity) => ({ value: severity, label: t(`severity.${severity}`) })),
      ]}
      onChange={(chosen) => onAmend({ severity: SEVERITIES.find((severity) => severity === chosen) ?? null })}
    />
  );
}

function Comment({
  value,
  disabled,
  commentField,
  onDraft,
  onAmend,
}: Pick<VerdictFormProps, 'disabled' | 'commentField' | 'onDraft' | 'onAmend'> & { readonly value: string }) {
  const { t } = useTranslation('review');
  return (
    <Textarea
      ref={commentField}
      size="xs"
      rows={1}
      classNames={{ input: classes.comment ?? '' }}
      maxLength={10_000}
      disabled={disabled}
      aria-label={t('verdict.comment')}
      placeholder={t('verdict.comment-hint', { key: useKey(comment) })}
      value={value}
      onChange={(event) => onDraft({ comment: event.currentTarget.value })}
      onBlur={(event) => onAmend({ comment: event.currentTarget.value })}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.currentTarget.blur();
      }}
    />
  );
}

function NotSaved({ error }: { readonly error: Failure }) {
  const { t } = useTranslation('review');
  return (
    <div role="alert">
      <Text size="xs" c="red" fw={600}>
        {t('verdict.not-saved-title')}
      </Text>
      <FailureDetails failure={error} size="xs" />
    </div>
  );
}

function SaveState({
  last,
  draft,
  saving,
  unsent,
}: Pick<VerdictFormProps, 'last' | 'draft' | 'saving' | 'unsent'>) {
  const { t } = useTranslation('review');
  const saved = valuesOf(last);
  return (
    <Text size="xs" className={classes.state} data-testid="save-state">
      {saving ? (
        <>
          <IconCloudUp size={14} /> {t('verdict.saving')}
        </>
      ) : unsent ? (
        <>
          <IconCloudOff size={14} /> {t('verdict.unsent')}
        </>
      ) : isChanged(saved, draft) ? (
        t('verdict.draft')
      ) : saved && last ? (
        <>
          <IconCheck size={14} /> {t('verdict.saved', { time: timeOf(last.createdAt) })}
        </>
      ) : (
        t('verdict.none')
      )}
    </Text>
  );
}

function Withdraw({ disabled, onWithdraw }: Pick<VerdictFormProps, 'disabled' | 'onWithdraw'>) {
  const { t } = useTranslation('review');
  return (
    <ActionIcon
      title={t('verdict.withdraw')}
      variant="subtle"
      color="gray"
      size={24}
      ml="auto"
      aria-label={t('verdict.withdraw')}
      disabled={disabled}
      onClick={onWithdraw}
    >
      <IconRotate2 size={15} />
    </ActionIcon>
  );
}
