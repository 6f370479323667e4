import { changeCompany, companyOf } from '../../services/reports/company.ts';
import { saveReport } from '../../services/reports/save-report.ts';
import { addDisposition, dispositionHistory } from '../../store/dispositions.ts';
import { getReport, listReports, revisionsOfReport } from '../../store/reports.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Reports that are filed, and what becomes of nonconforming images. */
export function reportRoutes({ reports: os }: Implementer, workstation: Workstation) {
  const { workspace, exportFolders } = workstation;
  return {
    list: os.list.handler(({ input }) => listReports(workspace, input.batchId)),
    get: os.get.handler(async ({ input }) => ({
      report: await getReport(workspace, input.id),
      revisions: await revisionsOfReport(workspace, input.id),
    })),
    preview: os.preview.handler(({ context: { stream } }) => stream(async () => notYet())),
    make: os.make.handler(({ context: { stream } }) => stream(async () => notYet())),
    revise: os.revise.handler(({ context: { stream } }) => stream(async () => notYet())),
    save: os.save.handler(async ({ input }) => {
      const { folder, files } = await workstation.whileBusy(() => saveReport(workspace, input));
      exportFolders.add(folder);
      return { folder, files };
    }),
    company: os.company.handler(() => companyOf(workspace)),
    changeCompany: os.changeCompany.handler(({ input: { company, inspector }, context: { acting } }) => {
      const { logo, ...rest } = company;
      const content = typeof logo === 'string' ? Buffer.from(logo, 'base64') : logo;
      return changeCompany(acting, { ...rest, logo: content }, inspector);
    }),
    dispose: os.dispose.handler(({ input, context: { acting } }) => addDisposition(acting, input)),
    dispositions: os.dispositions.handler(({ input }) =>
      dispositionHistory(workspace, input.runId, input.imageId),
    ),
  };
}

function notYet(): never {
  throw new Error('Reports are not made yet.');
}
