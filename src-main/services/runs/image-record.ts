import type { DeviceReport } from '../../../src-shared/device.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { type ToldNotice, tellNotice } from '../../../src-shared/notice-text.ts';
import type { ImageOutcome } from '../../../src-shared/outcome.ts';
import { type ToldSize, tellSize } from '../../../src-shared/region-size.ts';
import type { InspectionResult, Region, ResultArtifacts } from '../../../src-shared/result.ts';
import type { Scale } from '../../../src-shared/scale.ts';
import type { ArtifactStore } from '../../files/artifact-store.ts';

/** An artifact with the path of its file. */
interface ArtifactFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Which picture of which file, from 1. */
interface Picture {
  readonly path: string;
  readonly page: number;
  readonly pages: number;
}

/** What became of an image, for other programs: `clipsam inspect --json` prints one per line. */
export type ImageRecord =
  | (Picture &
      Omit<InspectionResult, 'notices' | 'artifacts' | 'regions' | 'scale'> & {
        readonly status: 'done';
        readonly regions: readonly (Region & { readonly size: ToldSize })[];
        /** Null: nobody has said, sizes are in pixels. */
        readonly scale: Scale | null;
        readonly notices: readonly ToldNotice[];
        readonly artifacts: { readonly [K in keyof ResultArtifacts]: ArtifactFile };
      })
  | (Picture & {
      readonly status: 'failed';
      readonly score: null;
      readonly verdict: null;
      readonly regions: readonly [];
      readonly notices: readonly [];
      readonly artifacts: null;
      readonly timings: null;
      readonly device: DeviceReport;
      readonly error: ErrorRecord;
    })
  /** A picture of a kind that is not read. */
  | { readonly path: string; readonly status: 'passed-over' };

/** @param device what runs; tells of failed images, where no result says it */
export function toImageRecord(
  outcome: ImageOutcome,
  artifacts: ArtifactStore,
  device: DeviceReport,
): ImageRecord {
  const { path, status } = outcome;
  const which = { path, page: outcome.page?.number ?? 1, pages: outcome.page?.count ?? 1 };
  if (status === 'failed') {
    const nothing = { score: null, verdict: null, regions: [], notices: [] } as const;
    return { ...which, status, ...nothing, artifacts: null, timings: null, device, error: outcome.error };
  }
  const { artifacts: kept, score, verdict, notices, timings, scale = null, ...rest } = outcome.result;
  const regions = rest.regions.map((region) => ({ ...region, size: tellSize(region, scale) }));
  const fileOf = ({ sha256, bytes }: ResultArtifacts['mask']): ArtifactFile => ({
    path: artifacts.pathOf(sha256),
    sha256,
    bytes,
  });
  const { languageMap, consensusMap, referencesMap } = kept;
  const files = {
    coarseMap: fileOf(kept.coarseMap),
    finalMap: fileOf(kept.finalMap),
    mask: fileOf(kept.mask),
    ...(languageMap && { languageMap: fileOf(languageMap) }),
    ...(consensusMap && { consensusMap: fileOf(consensusMap) }),
    ...(referencesMap && { referencesMap: fileOf(referencesMap) }),
  };
  const told = notices.map(tellNotice);
  return {
    ...which,
    status,
    score,
    verdict,
    ...rest,
    regions,
    scale,
    notices: told,
    artifacts: files,
    timings,
  };
}
