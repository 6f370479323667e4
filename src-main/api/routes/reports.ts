import { basename } from 'node:path';
import type { PreviewProgress, ReportProgress } from '../../../src-shared/contract/reports.ts';
import { reportFileName } from '../../../src-shared/report.ts';
import { changeCompany, companyOf } from '../../services/reports/company.ts';
import { makeReport, reviseReport } from '../../services/reports/make-report.ts';
import { saveReport } from '../../services/reports/save-report.ts';
import { addDisposition, dispositionHistory } from '../../store/dispositions.ts';
import { getReport, listReports, revisionsOfReport } from '../../store/reports.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Reports that are filed, and what becomes of nonconforming images. */
export function reportRoutes({ reports: os }: Implementer, workstation: Workstation) {
  const { workspace, exportFolders, downloads, previews } = workstation;
  return {
    list: os.list.handler(({ input }) => listReports(workspace, input.batchId)),
    get: os.get.handler(async ({ input }) => ({
      report: await getReport(workspace, input.id),
      revisions: await revisionsOfReport(workspace, input.id),
    })),
    preview: os.preview.handler(({ input, context: { stream } }) =>
      stream<PreviewProgress>((onMaking, signal) =>
        workstation.whileBusy(async () => {
          const { id, remarks } = await previews.draw({ ...input, workspace, signal, onMaking });
          onMaking({ kind: 'finished', id, remarks });
        }),
      ),
    ),
    make: os.make.handler(({ input, context: { stream, acting } }) =>
      stream<ReportProgress>((onMaking, signal) =>
        workstation.whileBusy(async () => {
          const made = await makeReport({ ...input, workspace: acting, signal, onMaking });
          onMaking({ kind: 'finished', ...made });
        }),
      ),
    ),
    revise: os.revise.handler(({ input, context: { stream, acting } }) =>
      stream<ReportProgress>((onMaking, signal) =>
        workstation.whileBusy(async () => {
          const made = await reviseReport({ ...input, workspace: acting, signal, onMaking });
          onMaking({ kind: 'finished', ...made });
        }),
      ),
    ),
    save: os.save.handler(({ input }) =>
      workstation.whileBusy(async () => {
        if (input.download) {
          const { files, download } = await downloads.make(
            { owner: input.inspector, action: 'reports.save' },
            async (folder) => {
              const saved = await saveReport(workspace, { ...input, folder });
              return { ...saved, name: reportFileName(saved.report).replace(/\.pdf$/, '') };
            },
          );
          return { folder: '', files: files.map((file) => basename(file)), download };
        }
        const { folder, files } = await saveReport(workspace, input);
        exportFolders.add(folder);
        return { folder, files, download: null };
      }),
    ),
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
