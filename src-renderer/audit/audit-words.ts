import { useTranslation } from 'react-i18next';
import type { AuditFinding, AuditRecord, AuditRemark } from '../../src-shared/audit.ts';
import type { AuditAction, AuditSubject } from '../../src-shared/audit-words.ts';
import { texts } from '../i18n/index.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useFormat } from '../ui/use-format.ts';

const { subject: SUBJECTS, action: ACTIONS } = texts.en.audit satisfies {
  readonly subject: Readonly<Record<AuditSubject | AuditRecord, string>>;
  readonly action: Readonly<Record<AuditAction, string>>;
};

/** Names of what entries hold; what has none, as in a trail of a newer version, stands as it is. */
export function useAuditNames() {
  const { t } = useTranslation('audit');
  return {
    subject: (name: string) =>
      Object.hasOwn(SUBJECTS, name) ? t(`subject.${name as keyof typeof SUBJECTS}`) : plainText(name),
    action: (name: string) =>
      Object.hasOwn(ACTIONS, name) ? t(`action.${name as keyof typeof ACTIONS}`) : plainText(name),
  };
}

/** What a check found, in plain words. */
export function useAuditWords() {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const finding = (one: AuditFinding): string => {
    switch (one.kind) {
      case 'entry-broken':
        return t(one.entry === 1 ? 'finding.first-broken' : 'finding.entry-broken', one);
      case 'entries-missing':
      case 'end-missing':
        return t(`finding.${one.kind}`, one);
      case 'record-changed': {
        const what = t(`subject.${one.record}`);
        return t('finding.record-changed', {
          ...one,
          id: plainText(one.id),
          what,
          fields: one.fields.join(', '),
        });
      }
      case 'record-missing':
        return t('finding.record-missing', {
          ...one,
          id: plainText(one.id),
          what: t(`subject.${one.record}`),
        });
      case 'record-added':
        return t('finding.record-added', { id: plainText(one.id), what: t(`subject.${one.record}`) });
      case 'results-changed':
      case 'head-beyond-end':
      case 'head-differs':
        return t(`finding.${one.kind}`, one);
      case 'head-of-other-workspace':
        return t('finding.head-of-other-workspace');
    }
  };
  const remark = (one: AuditRemark): string => {
    switch (one.kind) {
      case 'clock-set-back':
        return t('remark.clock-set-back', { entry: one.entry, number: format.count(one.count) });
      case 'not-covered-before':
        return t('remark.not-covered-before', { date: format.moment(one.date) });
      case 'not-covered':
        return t('remark.not-covered', {
          what: t(`subject.${one.record}`),
          number: format.count(one.count),
        });
      case 'runs-open':
        return t('remark.runs-open', { number: format.count(one.count) });
    }
  };
  return { finding, remark };
}
