import { Badge, Button, Group, Paper, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CatalogueItem } from '../../src-shared/contract/packs.ts';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { useFormat } from '../ui/use-format.ts';
import { InstallDialog } from './install-dialog.tsx';
import { usePackImport } from './pack-imports.ts';
import { downloadSizeText, type Format, type Translate } from './pack-size.ts';
import classes from './packs.module.css';
import { useLocalText } from './use-local-text.ts';

/** Packs that can be installed: what each is for, what it takes, and what is known of it. */
export function CataloguePanel() {
  const { t } = useTranslation('models');
  const { api } = useWorkstation();
  const { data: items } = useQuery(api.packs.catalogue.queryOptions({ refetchOnMount: 'always' }));
  const [chosen, setChosen] = useState<CatalogueItem | null>(null);
  if (!items || items.length === 0) return null;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="catalogue-title" data-testid="catalogue">
      <Title order={2} size="h5" id="catalogue-title">
        {t('catalogue.title')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('catalogue.about')}
      </Text>
      {items.map((item) => (
        <Entry key={item.id} item={item} onInstall={() => setChosen(item)} />
      ))}
      <InstallDialog item={chosen} onClose={() => setChosen(null)} />
    </Paper>
  );
}

function Entry({ item, onInstall }: { readonly item: CatalogueItem; onInstall(): void }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const local = useLocalText();
  const isBusy = usePackImport(({ job }) => job?.state === 'working');
  const denied = useDenied();
  const { title, version, purpose, installed, done, bytes } = item;
  return (
    <article className={classes.entry} aria-label={title}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div className={classes.grow}>
          <Group gap="xs">
            <Text fw={600}>{title}</Text>
            <Badge variant="light" color="gray" radius="sm" tt="none">
              {version}
            </Badge>
            {installed && (
              <Badge variant="light" color="teal" radius="sm" tt="none">
                {t('catalogue.installed')}
              </Badge>
            )}
          </Group>
          <Text size="sm">{local(purpose)}</Text>
          <Text size="xs" c="dimmed">
            {[downloadSizeText(item, t, format), memoryText(item, t, format), licenceNames(item)].join(' · ')}
          </Text>
        </div>
        {!installed && (
          <Button
            variant="default"
            className={classes.noShrink}
            leftSection={<IconDownload size={16} />}
            disabled={isBusy}
            aria-label={t('catalogue.install-named', { title })}
            {...denied('packs.install')}
            onClick={onInstall}
          >
            {t(done > 0 ? 'catalogue.go-on' : 'catalogue.install')}
          </Button>
        )}
      </Group>
      {!installed && done > 0 && (
        <Group gap="sm" mt={6} wrap="nowrap">
          <Progress
            className={classes.grow}
            value={(100 * done) / Math.max(1, bytes)}
            color="yellow"
            aria-label={t('catalogue.there', { share: format.share(done, bytes) })}
          />
          <Text size="xs" c="dimmed" className={classes.number}>
            {t('catalogue.there', { share: format.share(done, bytes) })}
          </Text>
        </Group>
      )}
      <Disclosure label={t('catalogue.details')}>
        <Figures item={item} />
        <Files item={item} />
      </Disclosure>
    </article>
  );
}

function Figures({ item: { figures } }: { readonly item: CatalogueItem }) {
  const { t } = useTranslation('models');
  const local = useLocalText();
  if (figures.length === 0) return null;
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={4} className={classes.figures}>
        <Table.Thead>
          <Table.Tr>
            {(['figure', 'value', 'source'] as const).map((column) => (
              <Table.Th key={column}>{t(`catalogue.${column}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {figures.map(({ what, value, source, note }) => (
            <Table.Tr key={what.en}>
              <Table.Td>
                <Text size="sm">{local(what)}</Text>
                {note && (
                  <Text size="xs" c="dimmed">
                    {local(note)}
                  </Text>
                )}
              </Table.Td>
              <Table.Td className={classes.number}>{value ?? '–'}</Table.Td>
              <Table.Td>{t(`catalogue.sources.${source}`)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Files({ item: { files } }: { readonly item: CatalogueItem }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  return (
    <Stack gap={2} mt="xs" mb="xs">
      {files.map(({ name, source, bytes, isApproximate, sha256 }) => (
        <Text key={name} size="xs" c="dimmed" className={classes.anywhere}>
          <Text span fw={600} inherit>
            {name}
          </Text>{' '}
          {[
            bytes === null
              ? t('catalogue.size-unknown')
              : isApproximate
                ? t('catalogue.roughly', { size: format.bytes(bytes) })
                : format.bytes(bytes),
            sha256?.slice(0, 12) ?? t('catalogue.hash-unknown'),
            source,
          ].join(' · ')}
        </Text>
      ))}
    </Stack>
  );
}

function memoryText({ memoryBytes }: CatalogueItem, t: Translate, format: Format): string {
  return memoryBytes === null
    ? t('catalogue.memory-unknown')
    : t('catalogue.memory', { size: format.bytes(memoryBytes) });
}

function licenceNames({ licences }: CatalogueItem): string {
  return licences.map(({ name }) => name).join(', ');
}
