import { useTranslation } from 'react-i18next';
import { type DeviceRequest, isLocalRequest, type RunningDevice } from '../../src-shared/device.ts';

/** Names devices; addresses of inference servers are their own names. */
export function useDeviceName(): (device: DeviceRequest | RunningDevice) => string {
  const { t } = useTranslation('models');
  return (device) =>
    device === 'server' || isLocalRequest(device)
      ? t(`device.names.${device}`)
      : device.replaceAll(',', ', ');
}
