import { Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type DeviceRequest, deviceRequestSchema, isLocalRequest } from '../../src-shared/device.ts';
import { parseServers } from '../../src-shared/model-servers.ts';

/** Addresses of inference servers, and whether this machine takes over when none answers. */
export function ServerChoiceFields({
  asked,
  isPending,
  denied,
  onChoose,
}: {
  readonly asked: DeviceRequest;
  readonly isPending: boolean;
  readonly denied: { readonly disabled?: boolean };
  readonly onChoose: (device: DeviceRequest) => void;
}) {
  const { t } = useTranslation('models');
  const known = isLocalRequest(asked) ? undefined : parseServers(asked);
  const [addresses, setAddresses] = useState(known?.servers.map(({ text }) => text).join(', ') ?? '');
  const [takesOver, setTakesOver] = useState(known?.fallback !== undefined);
  const entered = parseServers(addresses);
  const fallback = takesOver ? `,${known?.fallback ?? 'auto'}` : '';
  const text = entered?.servers.map((server) => server.text).join(',') ?? '';
  const device =
    entered?.fallback === undefined ? deviceRequestSchema.safeParse(text + fallback).data : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (device) onChoose(device);
      }}
    >
      <Stack gap="sm" mt="sm">
        <TextInput
          label={t('servers.addresses')}
          description={t('servers.addresses-about')}
          placeholder="grpc://gpu-box:8001"
          value={addresses}
          error={addresses !== '' && !device && t('servers.addresses-wrong')}
          onChange={(event) => setAddresses(event.currentTarget.value)}
          disabled={denied.disabled === true}
        />
        <Switch
          label={t('servers.takes-over')}
          checked={takesOver}
          onChange={(event) => setTakesOver(event.currentTarget.checked)}
          disabled={denied.disabled === true}
        />
        <Group>
          <Button
            type="submit"
            {...denied}
            loading={isPending}
            disabled={!device || denied.disabled === true}
          >
            {t('servers.use')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
