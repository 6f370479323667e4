import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExportProgress } from '../../src-shared/contract/exports.ts';
import type { CsvStyle, ExportFormat } from '../../src-shared/export-formats.ts';
import { failureOf } from '../api/connection.ts';
import { startDownload } from '../api/downloads.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { ExportPlace } from '../ui/export-place.tsx';
import { showError } from '../ui/show-error.tsx';

/** What is to be written, and where. */
export interface ExportChoice {
  readonly formats: readonly ExportFormat[];
  readonly csv: CsvStyle;
  readonly place: ExportPlace;
  /** Into a new folder in that one. */
  readonly subfolder: boolean;
}

type Step<Kind extends ExportProgress['kind']> = Extract<ExportProgress, { kind: Kind }>;

/** An export of a run's results: idle, at work, or finished. */
export function useExport(runId: number, onBusy: (busy: boolean) => void) {
  const { client } = useWorkstation();
  const { i18n } = useTranslation();
  const language = i18n.language === 'zh-CN' ? ('zh-CN' as const) : ('en' as const);
  const [progress, setProgress] = useState<ExportProgress | 'starting' | null>(null);
  const [refusal, setRefusal] = useState<Failure | null>(null);
  const abort = useRef<AbortController>(null);
  const run = async ({ formats, csv, place, subfolder }: ExportChoice) => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    onBusy(true);
    setProgress('starting');
    setRefusal(null);
    try {
      const { download } = place;
      const where = { download, folder: (!download && place.folder.trim()) || null, subfolder };
      const input = { runId, formats: [...formats], ...where, csv, language };
      for await (const event of await client.exports.run(input, { signal })) {
        setProgress(event);
        if (event.kind === 'finished' && event.download) startDownload(event.download);
      }
      if (signal.aborted) setProgress(null);
    } catch (error) {
      setProgress(null);
      if (signal.aborted) return;
      const failure = failureOf(error);
      if (failure.code === 'export-in-the-way' || failure.details?.case === 'export-busy')
        setRefusal(failure);
      else showError(error);
    } finally {
      onBusy(false);
    }
  };
  return {
    run,
    cancel: () => abort.current?.abort(),
    /** Null: it is not at work; `starting`: before the first picture. */
    working: progress === 'starting' || progress?.kind === 'exported' ? progress : null,
    finished: progress !== 'starting' && progress?.kind === 'finished' ? progress : null,
    /** Why nothing can be written there: the user chooses another folder. */
    refusal,
    forgive: () => setRefusal(null),
  };
}

export type WorkingExport = Step<'exported'> | 'starting';
export type FinishedExport = Step<'finished'>;
