import { Button, Group, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AreaRevision } from '../../src-shared/contract/areas.ts';
import { useDenied } from '../state/people.ts';
import { useFormat } from '../ui/use-format.ts';
import type { AreaEdit } from './area-draft.ts';
import classes from './candidate-panel.module.css';
import { when } from './dates.ts';
import { ItemAction } from './item-action.tsx';
import list from './region-list.module.css';

interface AreaHandlers {
  remove(kind: 'include' | 'ignore', index: number): void;
  removePart(): void;
}

/** What is changed and not saved yet, with how it is ended. */
export function AreaEditPanel({
  edit,
  saving,
  on,
}: {
  readonly edit: AreaEdit;
  readonly saving: boolean;
  readonly on: AreaHandlers & { save(): void; discard(): void };
}) {
  const { t } = useTranslation('review');
  const denied = useDenied()('areas.save');
  return (
    <section className={classes.panel} aria-label={t('area.unsaved')} data-testid="area-edit">
      <Text size="sm" fw={600}>
        {t('area.unsaved')}
      </Text>
      <Shapes {...edit} hasPart={edit.part !== null} on={on} />
      <Text size="xs" c="dimmed">
        {t('area.from-next-run')}
      </Text>
      <Group gap={6}>
        <Button size="compact-sm" loading={saving} onClick={on.save} {...denied}>
          {t('area.save')}
        </Button>
        <Button size="compact-sm" variant="subtle" color="gray" onClick={on.discard}>
          {t('candidate.discard')}
        </Button>
      </Group>
    </section>
  );
}

/** What is saved for the product, and what the result on show was made with. */
export function SavedArea({
  saved,
  result,
  on,
}: {
  readonly saved: AreaRevision | null;
  readonly result: { readonly area?: { readonly hash: string; readonly share: number } | undefined };
  readonly on: AreaHandlers;
}) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const area = saved?.area;
  const isOther = (result.area?.hash ?? null) !== (saved?.hash ?? null);
  return (
    <>
      {area && <Shapes {...area} hasPart={area.part !== null} on={on} />}
      {!area && (
        <Text size="xs" c="dimmed">
          {t('area.everywhere')}
        </Text>
      )}
      {saved && (
        <Text size="xs" c="dimmed">
          {t('area.revision', { revision: saved.revision, when: when(saved.createdAt) })}{' '}
          <bdi>{saved.inspector}</bdi>
        </Text>
      )}
      {result.area && !isOther && (
        <Text size="xs">{t('area.looked-at', { share: format.share(result.area.share, 1) })}</Text>
      )}
      {isOther && (
        <Text size="xs" data-testid="area-other">
          {t('area.other')}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('area.how')}
      </Text>
    </>
  );
}

interface ShapesProps {
  readonly include: readonly unknown[];
  readonly ignore: readonly unknown[];
  readonly hasPart: boolean;
  readonly on: AreaHandlers;
}

function Shapes({ include, ignore, hasPart, on }: ShapesProps) {
  const { t } = useTranslation('review');
  const denied = useDenied()('areas.save');
  const why = 'title' in denied ? (denied.title ?? null) : null;
  const items = [
    ...include.map((_, index) => ({ kind: 'include' as const, index })),
    ...ignore.map((_, index) => ({ kind: 'ignore' as const, index })),
  ].map(({ kind, index }) => ({
    name: t(`area.${kind}`, { index: index + 1 }),
    remove: () => on.remove(kind, index),
  }));
  if (hasPart) items.push({ name: t('area.part'), remove: on.removePart });
  if (items.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('area.everywhere')}
      </Text>
    );
  }
  return (
    <ul className={list.list}>
      {items.map(({ name, remove }) => (
        <li key={name} className={list.region}>
          <span className={list.facts}>{name}</span>
          <div className={list.acts}>
            <ItemAction
              label={t('area.remove', { name })}
              title={t('area.remove', { name })}
              why={why}
              icon={IconTrash}
              onClick={remove}
            />
          </div>
        </li>
      ))}
    </ul>
  );
}
