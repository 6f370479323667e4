import { recordAuditEvent } from '../../store/audit.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** The device that models run on. */
export function deviceRoutes({ device: procedures }: Implementer, { pool, surveyDevices }: Workstation) {
  return {
    status: procedures.status.handler(() => pool.status),
    survey: procedures.survey.handler(() => surveyDevices()),
    choose: procedures.choose.handler(async ({ input: { device }, context: { inspector, acting } }) => {
      const oldValue = pool.status.asked;
      const status = await pool.chooseDevice(device);
      await recordAuditEvent(acting, {
        inspector,
        action: 'changed',
        subject: 'setting',
        subjectId: 'device',
        oldValue,
        newValue: device,
      });
      return status;
    }),
  };
}
