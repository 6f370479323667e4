import { Alert, Button, FileButton, Group, Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Company } from '../../src-shared/report.ts';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { fileToBase64 } from './file-base64.ts';
import classes from './reports.module.css';

/** Bytes that a logo may have. */
const LARGEST_LOGO = 5_000_000;

/** Who issues reports: name, address, logo. For engineers, where there are people. */
export function CompanyDialog({ opened, onClose }: { readonly opened: boolean; onClose(): void }) {
  const { t } = useTranslation(['reports', 'app']);
  const { api } = useWorkstation();
  const { data: company } = useQuery(api.reports.company.queryOptions({ enabled: opened }));
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('company.title')}
      size="md"
      zIndex={350}
      closeButtonProps={{ 'aria-label': t('app:close') }}
    >
      {company && <Form company={company} onClose={onClose} />}
    </Modal>
  );
}

function Form({ company, onClose }: { readonly company: Company; onClose(): void }) {
  const { t } = useTranslation(['reports', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const [name, setName] = useState(company.name);
  const [address, setAddress] = useState(company.address);
  const [logo, setLogo] = useState<File | null | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    // A form around the dialog is another one.
    event.stopPropagation();
    setBusy(true);
    setProblem(null);
    try {
      const picture = logo instanceof File ? await fileToBase64(logo) : logo;
      const changes = {
        name: name.trim(),
        address: address.trim(),
        ...(logo !== undefined && { logo: picture! }),
      };
      await client.reports.changeCompany({ company: changes, inspector });
      await queries.invalidateQueries({ queryKey: api.reports.company.key() });
      onClose();
    } catch (error) {
      setProblem(failureText(failureOf(error)));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('company.about')}
        </Text>
        <TextInput
          label={t('company.name')}
          maxLength={200}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={t('company.address')}
          rows={3}
          maxLength={1000}
          value={address}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <Logo
          file={logo}
          isKept={company.logo !== null}
          onChange={(chosen) => {
            const isTooLarge = chosen !== null && chosen.size > LARGEST_LOGO;
            setProblem(isTooLarge ? t('company.too-large') : null);
            if (!isTooLarge) setLogo(chosen);
          }}
        />
        {problem && (
          <Alert color="red" role="alert" p="xs">
            {problem}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('app:cancel')}
          </Button>
          <Button type="submit" loading={busy}>
            {t('company.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Logo({
  file,
  isKept,
  onChange,
}: {
  /** Undefined: as it was; null: none from now on. */
  readonly file: File | null | undefined;
  readonly isKept: boolean;
  onChange(file: File | null): void;
}) {
  const { t } = useTranslation('reports');
  const [picture, setPicture] = useState<string | null>(null);
  useEffect(() => {
    if (!file) return setPicture(null);
    const address = URL.createObjectURL(file);
    setPicture(address);
    return () => URL.revokeObjectURL(address);
  }, [file]);
  const hasLogo = file === undefined ? isKept : file !== null;
  return (
    <div>
      <Text size="sm" fw={500}>
        {t('company.logo')}
      </Text>
      <Group gap="sm" mt={4}>
        {picture && <img src={picture} alt={t('company.logo')} className={classes.logo} />}
        {!picture && <Text size="sm">{t(hasLogo ? 'company.logo-kept' : 'company.logo-none')}</Text>}
        <FileButton
          accept="image/png,image/jpeg,image/webp"
          onChange={(chosen) => chosen && onChange(chosen)}
        >
          {(props) => (
            <Button {...props} size="xs" variant="default">
              {t('company.choose')}
            </Button>
          )}
        </FileButton>
        {hasLogo && (
          <Button size="xs" variant="subtle" onClick={() => onChange(null)}>
            {t('company.remove')}
          </Button>
        )}
      </Group>
    </div>
  );
}
