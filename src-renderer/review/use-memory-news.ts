import { useCallbackRef } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type Product, productKey, productName } from '../../src-shared/product.ts';
import type { MemoryChange } from '../../src-shared/reference-set.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { onWorkstationEvent, useWorkstation } from '../state/workstation.ts';
import type { ReviewEdits } from './review-edits.ts';
import { showStatus } from './status-line.ts';

/** Changes that are looked at when a product's memory is said to be new. */
const NEWEST = 5;

/**
 * Says in the status line what became of what the inspector at the window asked for or marked, once each: whether it
 * counts, is being checked, or waits for a reviewer. That is said after what is said of the edit that it follows from,
 * whichever of both comes first, and stands.
 * @returns tells of a change that came as an answer
 */
export function useMemoryNews(product: Product | null, edits: ReviewEdits): (change: MemoryChange) => void {
  const { client } = useWorkstation();
  const say = useChangeNews();
  const since = useRef(new Date().toISOString());
  const told = useRef(new Map<number, MemoryChange['state']>());
  const last = useRef(Promise.resolve());
  const tell = (change: MemoryChange) => {
    const known = told.current.get(change.id);
    // Nothing is checked twice: an answer that says so late is old.
    if (change.state === known || (change.state === 'examining' && known)) return;
    told.current.set(change.id, change.state);
    showStatus(say(change));
  };
  const tellInTurn = useCallbackRef((news: () => Promise<readonly MemoryChange[]>) => {
    last.current = last.current.then(async () => {
      const changes = await news();
      await edits.settled();
      changes.forEach(tell);
    });
  });
  const key = product && productKey(product);
  useEffect(() => {
    if (!product || key === null) return;
    return onWorkstationEvent((event) => {
      if (event.kind !== 'references' || productKey(event.product) !== key) return;
      tellInTurn(async () => {
        const changes = await client.references.history({ product, limit: NEWEST }).catch(() => []);
        const { inspector } = useSession.getState();
        return changes.filter((one) => one.inspector === inspector && one.at > since.current).toReversed();
      });
    });
  }, [client, product, key, tellInTurn]);
  return (change) => tellInTurn(async () => [change]);
}

/** A change and its state in one line. */
function useChangeNews(): (change: MemoryChange) => string {
  const { t } = useTranslation('review');
  return ({ items, state, examination, product }) => {
    const first = items[0];
    if (!first) return '';
    const kind = `${first.effect}-${first.item.kind}` as const;
    const what = t(`memory.${kind}`, { product: plainText(productName(product)), count: items.length });
    if (state === 'effective') return what;
    if (state !== 'waiting') return t(`memory.${state}`);
    const missed = examination?.missed.length ?? 0;
    return missed > 0 ? t('memory.waiting', { count: missed }) : t('memory.unchecked');
  };
}
