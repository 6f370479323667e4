import { implement, ORPCError, ValidationError } from '@orpc/server';
import type { CacheSizes, WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { PurgeProgress, StoppedImport } from '../../src-shared/contract/batches.ts';
import type { ExportProgress } from '../../src-shared/contract/exports.ts';
import type { ImportProgress } from '../../src-shared/contract/imports.ts';
import { contract } from '../../src-shared/contract/index.ts';
import type { PackProgress, SelfTestEvent } from '../../src-shared/contract/packs.ts';
import type { ThetaProfile } from '../../src-shared/contract/what-if.ts';
import { ClipSamError, type ErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';
import type { Action } from '../../src-shared/permissions.ts';
import type { PackImportEvent } from '../../src-shared/progress.ts';
import { exportRunInto } from '../services/exports/export-run.ts';
import { listFolder } from '../services/imports/list-folder.ts';
import { checkPack, summarisePacks } from '../services/packs/model-packs.ts';
import type { AddedPack } from '../services/packs/pack-imports.ts';
import { selfTest } from '../services/packs/self-test.ts';
import { setSampleRange } from '../services/pictures/sample-ranges.ts';
import { askSam } from '../services/review/ask-sam.ts';
import { judgeImage, markImage, reviewImage, reviewRowsOf, reviewTable } from '../services/review/review.ts';
import {
  answerTurn,
  beginStudy,
  exportAnswers,
  nextTurn,
  studiesOf,
  studyResults,
  takeBack,
} from '../services/review/studies.ts';
import { thetaProfile } from '../services/review/theta-profile.ts';
import { actingFor } from '../store/acting.ts';
import { retractAnnotation } from '../store/annotations.ts';
import { recordDeed } from '../store/audit.ts';
import { getBatchSummary, type ListedBatch, listBatchSummaries } from '../store/batch-summaries.ts';
import { archiveBatch, createBatch, deleteBatch, getBatch, updateBatch } from '../store/batches.ts';
import { getRecipe, listRecipes, saveRecipe } from '../store/recipes.ts';
import { defectClasses, getImage, listFailures } from '../store/review.ts';
import { streamEvents, streamWork } from './event-stream.ts';
import { checkAgainstOther, checkPermission, type RouterContext } from './permission.ts';
import type { Workstation } from './workstation.ts';

type ProfileEvent =
  | { readonly kind: 'counting'; readonly done: number; readonly total: number }
  | { readonly kind: 'profile'; readonly profile: ThetaProfile };

/** The contract over the workstation's services: the same for every shell. */
export function createRouter(workstation: Workstation) {
  const {
    workspace,
    contents,
    hub,
    pool,
    desk,
    thumbnails,
    tiles,
    housekeeping,
    imports,
    people,
    packs,
    packDesk,
    ending,
  } = workstation;
  const failure = (error: unknown) => toClientError(error, workstation.log);
  const os = implement(contract)
    .$context<RouterContext>()
    .use(async ({ context, path, next }, input: unknown) => {
      try {
        const who = await checkPermission(people, context, path.join('.') as Action, input);
        const acting = actingFor(workspace, who?.actor ?? null);
        return await next({ context: { person: who?.person ?? null, acting } });
      } catch (error) {
        throw failure(error);
      }
    });

  const toSummary = (summary: ListedBatch, stopped: ReadonlyMap<number, StoppedImport>) => ({
    ...summary,
    stoppedImport: stopped.get(summary.batch.id) ?? null,
    run: summary.run && desk.toProgress(summary.run),
    cover: [...summary.cover],
  });
  const summaryOf = async (id: number) =>
    toSummary(await getBatchSummary(workspace, id), await imports.stopped());
  const batchChanged = (batchId: number) => hub.publish({ kind: 'batch', batchId });
  const peopleChanged = async <T>(change: Promise<T>) => {
    const changed = await change;
    hub.publish({ kind: 'people' });
    return changed;
  };
  const reviewed = (place: { readonly runId: number; readonly imageId: number }) =>
    hub.publish({ kind: 'reviewed', runId: place.runId, imageId: place.imageId });

  const stream = <Event extends { readonly kind: string }>(
    signal: AbortSignal | undefined,
    work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
  ) => streamWork<Event>(AbortSignal.any([ending, ...(signal ? [signal] : [])]), failure, work);
  const mustKnow = async (recipeHash: string | null | undefined) => {
    if (recipeHash) await getRecipe(workspace, recipeHash);
  };

  const bringPack = (
    signal: AbortSignal | undefined,
    bring: (work: {
      readonly signal: AbortSignal;
      onEvent(event: PackImportEvent): void;
    }) => Promise<AddedPack>,
  ) =>
    stream<PackProgress>(signal, (emit, cancel) =>
      workstation.whileBusy(async () => {
        try {
          emit({ kind: 'finished', ...(await bring({ signal: cancel, onEvent: emit })) });
        } finally {
          // Also when it stopped: a download goes on from there.
          hub.publish({ kind: 'packs' });
        }
      }),
    );

  const cacheSizes = async (): Promise<CacheSizes> => ({
    thumbnails: { bytes: await thumbnails.cache.size(), limit: thumbnails.cache.capacity },
    tiles: { bytes: await tiles.size(), limit: tiles.capacity },
  });

  return os.router({
    app: {
      info: os.app.info.handler(() => workstation.info),
      events: os.app.events.handler(({ signal }) => {
        const first: WorkstationEvent[] = [
          { kind: 'device', status: pool.status },
          { kind: 'health', report: workspace.health.report },
          ...desk.atWork.map((progress) => ({ kind: 'run' as const, progress, imageIds: [] })),
        ];
        return streamEvents(hub.subscribe(first), signal);
      }),
      cache: os.app.cache.handler(cacheSizes),
      clearCache: os.app.clearCache.handler(async () => {
        await Promise.all([thumbnails.cache.clear(), tiles.clear()]);
        return cacheSizes();
      }),
      checkDatabase: os.app.checkDatabase.handler(async () => {
        await housekeeping.checkDatabase();
        return workspace.health.report;
      }),
      folder: os.app.folder.handler(({ input }) => listFolder(input.path, input.files)),
    },
    batches: {
      list: os.batches.list.handler(async ({ input }) => {
        const stopped = await imports.stopped();
        return (await listBatchSummaries(workspace, input)).map((summary) => toSummary(summary, stopped));
      }),
      get: os.batches.get.handler(({ input }) => summaryOf(input.id)),
      create: os.batches.create.handler(async ({ input: { metadata, inspector }, context: { acting } }) => {
        await mustKnow(metadata.recipeHash);
        const batch = await createBatch(acting, metadata, inspector);
        batchChanged(batch.id);
        return batch;
      }),
      update: os.batches.update.handler(
        async ({ input: { id, changes, inspector }, context: { acting } }) => {
          await mustKnow(changes.recipeHash);
          const batch = await updateBatch(acting, id, changes, inspector);
          batchChanged(id);
          return batch;
        },
      ),
      changeSampleRange: os.batches.changeSampleRange.handler(
        async ({ input: { id, ...change }, context: { acting } }) => {
          await setSampleRange(acting, { batchId: id, ...change });
          batchChanged(id);
          return summaryOf(id);
        },
      ),
      archive: os.batches.archive.handler(
        async ({ input: { id, archived, inspector }, context: { acting } }) => {
          const batch = await archiveBatch(acting, id, archived, inspector);
          batchChanged(id);
          return batch;
        },
      ),
      delete: os.batches.delete.handler(
        async ({ input: { id, deleted, inspector }, context: { acting } }) => {
          const batch = await deleteBatch(acting, id, deleted, inspector);
          batchChanged(id);
          return batch;
        },
      ),
      purgePreview: os.batches.purgePreview.handler(({ input }) => housekeeping.preview(input.id)),
      purge: os.batches.purge.handler(({ input: { id, inspector }, context: { acting }, signal }) =>
        stream<PurgeProgress>(signal, (emit) =>
          workstation.whileBusy(async () => {
            const onProgress = (progress: { readonly done: number; readonly total: number }) =>
              emit({ kind: 'removing', ...progress });
            const summary = await housekeeping.purge(id, inspector, onProgress, acting);
            emit({ kind: 'finished', summary });
          }),
        ),
      ),
      import: os.batches.import.handler(
        async ({ input: { id, paths, inspector }, context: { acting }, signal }) => {
          await getBatch(workspace, id);
          return stream<ImportProgress>(signal, (emit, cancel) =>
            workstation.whileBusy(async () => {
              try {
                const options = { batchId: id, paths, inspector, acting, signal: cancel, onEvent: emit };
                const { duplicates, ...summary } = await imports.run(options);
                emit({
                  kind: 'finished',
                  ...summary,
                  changed: [...summary.changed],
                  unread: [...summary.unread],
                  vanished: [...summary.vanished],
                  duplicates: duplicates.map((group) => ({ ...group, paths: [...group.paths] })),
                  unreadable: [...summary.unreadable],
                  passedOver: [...summary.passedOver],
                  truthFolders: [...summary.truthFolders],
                });
              } finally {
                // Also after a cancel: what was imported by then stays.
                batchChanged(id);
              }
            }),
          );
        },
      ),
      dismissImport: os.batches.dismissImport.handler(
        async ({ input: { id, inspector }, context: { acting } }) => {
          await getBatch(workspace, id);
          await imports.dismiss(acting, id, inspector);
          batchChanged(id);
          return summaryOf(id);
        },
      ),
    },
    runs: {
      list: os.runs.list.handler(({ input }) => desk.list(input.batchId)),
      start: os.runs.start.handler(({ input, context: { acting } }) => desk.start({ ...input, acting })),
      pause: os.runs.pause.handler(({ input }) => desk.pause(input.id, input.inspector)),
      resume: os.runs.resume.handler(({ input, context: { acting } }) => desk.resume({ ...input, acting })),
      cancel: os.runs.cancel.handler(({ input }) => desk.cancel(input.id, input.inspector)),
      failures: os.runs.failures.handler(({ input }) => listFailures(workspace, input.id, input.limit)),
    },
    review: {
      table: os.review.table.handler(({ input: { batchId, runId, after } }) =>
        reviewTable(workspace, desk, batchId, runId, after),
      ),
      rows: os.review.rows.handler(({ input }) => reviewRowsOf(workspace, input.runId, input.imageIds)),
      image: os.review.image.handler(({ input }) =>
        reviewImage(workspace, contents, input.imageId, input.runId),
      ),
      pyramid: os.review.pyramid.handler(async ({ input, signal }) =>
        tiles.layout(await getImage(workspace, input.imageId), signal),
      ),
      judge: os.review.judge.handler(async ({ input, context: { person, acting } }) => {
        const entry = await judgeImage(acting, contents, input, (inspector) =>
          checkAgainstOther(person, 'review.judge-after-others', inspector),
        );
        reviewed(input);
        return entry;
      }),
      annotate: os.review.annotate.handler(async ({ input, context: { acting } }) => {
        const annotation = await markImage(acting, contents, input);
        reviewed(input);
        return annotation;
      }),
      retract: os.review.retract.handler(
        async ({ input: { id, inspector }, context: { person, acting } }) => {
          const place = await retractAnnotation(acting, id, inspector, (other) =>
            checkAgainstOther(person, 'review.retract-of-others', other),
          );
          reviewed(place);
          return { id };
        },
      ),
      askSam: os.review.askSam.handler(({ input, signal }) =>
        askSam({ workspace, pool, contents, ...input, ...(signal && { signal }) }),
      ),
      defectClasses: os.review.defectClasses.handler(() => defectClasses(workspace)),
    },
    recipes: {
      list: os.recipes.list.handler(() => listRecipes(workspace)),
      default: os.recipes.default.handler(({ input }) => desk.defaultRecipe(input.pack)),
      save: os.recipes.save.handler(
        async ({ input: { recipe, parentHash, inspector }, context: { acting } }) => {
          await mustKnow(parentHash);
          const parent = parentHash === null ? {} : { parentHash };
          const record = await saveRecipe(acting, recipe, { inspector, ...parent });
          hub.publish({ kind: 'recipes' });
          return record;
        },
      ),
    },
    whatIf: {
      thetaProfile: os.whatIf.thetaProfile.handler(({ input, signal }) =>
        stream<ProfileEvent>(signal, async (emit, cancel) => {
          const onProgress = (progress: { readonly done: number; readonly total: number }) =>
            emit({ kind: 'counting', ...progress });
          const profile = await thetaProfile(workspace, input.runId, { signal: cancel, onProgress });
          emit({ kind: 'profile', profile });
        }),
      ),
    },
    models: {
      list: os.models.list.handler(() => summarisePacks(packs)),
      verify: os.models.verify.handler(({ input }) => checkPack(input.id, packs, workstation.examiner)),
      add: os.models.add.handler(({ input: { place, inspector }, context: { acting }, signal }) =>
        bringPack(signal, (work) => packDesk.add(place, { ...work, inspector, acting })),
      ),
      resume: os.models.resume.handler(({ input: { packHash, inspector }, context: { acting }, signal }) =>
        bringPack(signal, (work) => packDesk.resume(packHash, { ...work, inspector, acting })),
      ),
      unfinished: os.models.unfinished.handler(() => packDesk.unfinished()),
      discard: os.models.discard.handler(async ({ input }) => {
        await packDesk.discard(input.packHash);
        hub.publish({ kind: 'packs' });
        return packDesk.unfinished();
      }),
      selfTest: os.models.selfTest.handler(({ input: { pack, device }, signal }) =>
        stream<SelfTestEvent>(signal, (onEvent, cancel) =>
          selfTest({
            pool,
            examiner: workstation.examiner,
            pack,
            device,
            ...packs,
            samplesFolder: workstation.samplesFolder,
            artifactRoot: workstation.selfTestFolder,
            signal: cancel,
            onEvent,
          }),
        ),
      ),
      device: os.models.device.handler(() => pool.status),
      chooseDevice: os.models.chooseDevice.handler(
        async ({ input: { device }, context: { person, acting } }) => {
          const oldValue = pool.status.asked;
          const status = await pool.chooseDevice(device);
          const inspector = person?.name ?? workstation.info.userName;
          await recordDeed(acting, {
            inspector,
            action: 'changed',
            subject: 'setting',
            subjectId: 'device',
            oldValue,
            newValue: device,
          });
          return status;
        },
      ),
    },
    studies: {
      list: os.studies.list.handler(({ input }) => studiesOf(workspace, input.batchId)),
      create: os.studies.create.handler(({ input, context: { acting } }) => beginStudy(acting, input)),
      next: os.studies.next.handler(({ input: { id, inspector } }) =>
        nextTurn(workspace, contents, id, inspector),
      ),
      judge: os.studies.judge.handler(({ input, context: { acting } }) =>
        answerTurn(acting, contents, input),
      ),
      takeBack: os.studies.takeBack.handler(({ input: { id, inspector }, context: { acting } }) =>
        takeBack(acting, contents, id, inspector),
      ),
      results: os.studies.results.handler(({ input: { id, inspector } }) =>
        studyResults(workspace, id, inspector),
      ),
      exportAnswers: os.studies.exportAnswers.handler(({ input: { id, inspector, csv } }) =>
        workstation.whileBusy(async () => ({ path: await exportAnswers(workspace, id, inspector, csv) })),
      ),
    },
    exports: {
      run: os.exports.run.handler(
        ({ input: { runId, formats, folder, subfolder, csv }, context: { person }, signal }) =>
          stream<ExportProgress>(signal, (onEvent, cancel) =>
            workstation.whileBusy(async () => {
              const options = {
                workspace,
                contents,
                runId,
                formats,
                subfolder,
                csv,
                signal: cancel,
                onEvent,
              };
              const { files, ...outcome } = await exportRunInto(folder, options);
              workstation.exportFolders.add(outcome.folder);
              const inspector = person?.name ?? workstation.info.userName;
              const newValue = { formats, folder: outcome.folder };
              const deed = {
                inspector,
                action: 'exported',
                subject: 'run',
                subjectId: runId,
                newValue,
              } as const;
              // The files are there, whatever becomes of the note.
              await recordDeed(workspace, deed).catch(workstation.log);
              onEvent({ kind: 'finished', ...outcome, files: files.map(({ path }) => path) });
            }),
          ),
      ),
    },
    people: {
      list: os.people.list.handler(() => people.list()),
      signIn: os.people.signIn.handler(async ({ input: { name, pin }, context: { line } }) => {
        const session = await people.signIn(name, pin);
        if (line) line.token = session.token;
        return session;
      }),
      resume: os.people.resume.handler(async ({ input: { token }, context: { line } }) => {
        const person = await people.who(token);
        if (line) line.token = person && token;
        return person;
      }),
      signOut: os.people.signOut.handler(async ({ context: { line } }) => {
        const token = line?.token;
        if (line) line.token = null;
        if (token) await people.signOut(token);
        return null;
      }),
      stay: os.people.stay.handler(({ context: { line } }) => people.who(line?.token ?? null, true)),
      changePin: os.people.changePin.handler(({ input: { present, pin }, context: { line } }) =>
        peopleChanged(people.changeOwnPin(line?.token ?? null, present, pin)),
      ),
      idleMinutes: os.people.idleMinutes.handler(() => people.idleMinutes()),
      changeIdleMinutes: os.people.changeIdleMinutes.handler(
        ({ input: { minutes, inspector }, context: { acting } }) =>
          peopleChanged(people.changeIdleMinutes(acting, minutes, inspector)),
      ),
      add: os.people.add.handler(({ input, context: { acting } }) =>
        peopleChanged(people.add(acting, input)),
      ),
      changeRole: os.people.changeRole.handler(({ input: { name, role, inspector }, context: { acting } }) =>
        peopleChanged(people.changeRole(acting, name, role, inspector)),
      ),
      resetPin: os.people.resetPin.handler(({ input: { name, pin, inspector }, context: { acting } }) =>
        peopleChanged(people.resetPin(acting, name, pin, inspector)),
      ),
      remove: os.people.remove.handler(({ input: { name, inspector }, context: { acting } }) =>
        peopleChanged(people.remove(acting, name, inspector)),
      ),
    },
  });
}
export type WorkstationRouter = ReturnType<typeof createRouter>;

/** Only error records leave: no stack, no path of the program. What no user can act on is logged. */
function toClientError(error: unknown, log: (error: unknown) => void): ORPCError<string, unknown> {
  if (error instanceof ClipSamError) return asClipSam(toErrorRecord(error), error);
  if (error instanceof ORPCError && error.code === 'CLIPSAM') return error;
  if (error instanceof ORPCError && error.cause instanceof ValidationError && error.code === 'BAD_REQUEST') {
    const issues = error.cause.issues.map(({ path, message }) => {
      const at = path?.map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
      return at ? `${at}: ${message}` : message;
    });
    return asClipSam({ code: 'input-invalid', message: `${issues.slice(0, 5).join('; ')}.` }, error);
  }
  log(error);
  return new ORPCError('INTERNAL_SERVER_ERROR', {
    message: 'A fault of the program. What was stored is safe; the log says more.',
  });
}

function asClipSam(data: ErrorRecord, cause: unknown): ORPCError<'CLIPSAM', ErrorRecord> {
  return new ORPCError('CLIPSAM', { defined: true, status: 422, message: data.message, data, cause });
}
