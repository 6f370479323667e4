import { Alert, Badge, Button, Code, Group, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { IconCheck, IconShieldCheck, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PackCheck, PackSummary } from '../../src-shared/contract/packs.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { ModelCard } from './model-card.tsx';
import { PackBadges } from './pack-badges.tsx';
import { packElementId } from './pack-import-panel.tsx';
import classes from './packs.module.css';
import { RemovePack } from './remove-pack.tsx';

/** A model pack: where every file comes from, under which licence, and whether it is the file it should be. */
export function PackPanel({ pack }: { readonly pack: PackSummary }) {
  const { t } = useTranslation('models');
  const { client } = useWorkstation();
  const verify = useMutation({ mutationFn: () => client.packs.verify({ id: pack.id }) });
  return (
    <Paper
      withBorder
      p="md"
      component="article"
      id={packElementId(pack.id)}
      tabIndex={-1}
      aria-label={pack.title}
    >
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <PackTitle pack={pack} />
          <RemovePack pack={pack} />
          <Button
            variant="default"
            leftSection={<IconShieldCheck size={16} />}
            loading={verify.isPending}
            className={classes.noShrink}
            onClick={() => verify.mutate()}
          >
            {t('pack.verify')}
          </Button>
        </Group>
        {pack.error && (
          <Alert color="red" title={t('pack.unusable')}>
            <FailureDetails failure={pack.error} />
          </Alert>
        )}
        {pack.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
        {verify.data && (
          <Alert
            color={verify.data.ok ? 'teal' : 'red'}
            icon={verify.data.ok ? <IconCheck /> : <IconX />}
            p="xs"
            role="status"
          >
            {t(verify.data.ok ? 'pack.all-good' : 'pack.damaged')}
          </Alert>
        )}
        <FileTable pack={pack} verification={verify.data} />
        <Disclosure label={t('pack.card')} isOpenAtFirst>
          <ModelCard markdown={pack.card} />
        </Disclosure>
      </Stack>
    </Paper>
  );
}

function PackTitle({ pack }: { readonly pack: PackSummary }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const bytes = pack.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
  return (
    <div className={classes.grow}>
      <Group gap="xs">
        <Title order={2} size="h5">
          <bdi>{pack.title}</bdi>
        </Title>
        <Badge variant="light" color="gray" radius="sm" tt="none">
          {pack.version}
        </Badge>
        <Badge variant="outline" color="gray" radius="sm" tt="none" fw={500}>
          {t(`pack.place-${pack.place}`)}
        </Badge>
        <PackBadges pack={pack} />
      </Group>
      <PlainName size="xs" c="dimmed">
        {[pack.id, pack.packHash?.slice(0, 12), format.bytes(bytes), pack.folder]
          .filter((part) => part !== undefined)
          .join(' · ')}
      </PlainName>
    </div>
  );
}

function FileTable({
  pack,
  verification,
}: {
  readonly pack: PackSummary;
  readonly verification: PackCheck | undefined;
}) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const results = new Map(verification?.files.map((file) => [file.name, file]));
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing={6} className={classes.files}>
        <Table.Thead>
          <Table.Tr>
            {(['file', 'size', 'licence', 'provenance', 'hash'] as const).map((column) => (
              <Table.Th key={column}>{t(`pack.${column}`)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {pack.files.map((file) => (
            <Table.Tr key={file.name}>
              <Table.Td>
                <Text size="sm" fw={600}>
                  {file.name}
                </Text>
                <Text size="xs" c="dimmed" ff="monospace" className={classes.anywhere}>
                  {file.source}
                </Text>
              </Table.Td>
              <Table.Td className={classes.number}>
                {file.bytes === null ? t('pack.missing') : format.bytes(file.bytes)}
              </Table.Td>
              <Table.Td>
                <Text size="xs">{file.licence}</Text>
              </Table.Td>
              <Table.Td>
                <Text size="xs" className={classes.anywhere}>
                  {file.provenance}
                </Text>
              </Table.Td>
              <Table.Td>
                <Code title={file.sha256}>{file.sha256.slice(0, 12)}</Code>
                <FileState result={results.get(file.name)} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function FileState({ result }: { readonly result: PackCheck['files'][number] | undefined }) {
  const { t } = useTranslation('models');
  if (!result)
    return (
      <Text size="xs" c="dimmed">
        {t('pack.unverified')}
      </Text>
    );
  return (
    <Group gap={3} wrap="nowrap" align="flex-start" className={result.ok ? classes.good : classes.bad}>
      {result.ok ? <IconCheck size={14} /> : <IconX size={14} />}
      {result.error ? (
        <FailureDetails failure={result.error} size="xs" />
      ) : (
        <Text size="xs" inherit={false}>
          {t('pack.verified')}
        </Text>
      )}
    </Group>
  );
}
