import { useTranslation } from 'react-i18next';
import {
  meaningsFor,
  type SignatureMeaning,
  type SignatureRecord,
  type SignedSubject,
} from '../../src-shared/signature.ts';
import { usePeople } from '../state/people.ts';

/** What keeps somebody from something, as properties of its button. */
interface Denied {
  readonly disabled?: true;
  readonly title?: string;
  readonly 'aria-description'?: string;
}

/** With which meanings who is signed in can sign a subject, why they can't, and which signatures they can withdraw. */
export function useMaySign(signed: SignedSubject): {
  readonly meanings: readonly SignatureMeaning[];
  readonly denied: Denied;
  canWithdraw(signature: SignatureRecord): boolean;
} {
  const { t } = useTranslation(['signatures', 'app']);
  const { people, me } = usePeople();
  const { subject, signatures, twoPeople, recordHash } = signed;
  const own = signatures.filter(({ printedName, state }) => printedName === me?.name && state === 'valid');
  const allowed = me ? meaningsFor(me.role, subject) : [];
  const meanings = allowed.filter((meaning) => !own.some((signature) => signature.meaning === meaning));
  const reason = () => {
    if (people.length === 0) return t('without-people');
    if (!me) return t('app:people.needs.operator');
    if (recordHash === null) return t('gone');
    if (allowed.length === 0) return t('app:people.needs.reviewer');
    if (twoPeople && own.length > 0) return t('somebody-else');
    return meanings.length === 0 ? t('all-signed') : null;
  };
  const why = reason();
  return {
    meanings,
    denied: why === null ? {} : { disabled: true, title: why, 'aria-description': why },
    canWithdraw: ({ printedName, state }) =>
      state !== 'withdrawn' && me !== null && (me.name === printedName || me.role === 'engineer'),
  };
}
