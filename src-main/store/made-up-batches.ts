import { sql } from 'kysely';
import type { Region } from '../../src-shared/result.ts';
import type { Workspace } from './workspace.ts';

/** What there is to be of each kind. */
export interface MadeUpSize {
  readonly batches: number;
  /** Of each batch; every one with a result and an inspector's verdict. */
  readonly images: number;
  /** Default: none are there, and no region is found in them. */
  readonly pictures?: MadeUpPictures;
}

/** Files of the images, for what looks into them. */
interface MadeUpPictures {
  /** Image `i` of batch `b` (both from 0) is `<folder>/<b>/<i>.png`, with the content of `files[i % files.length]`. */
  readonly folder: string;
  readonly files: readonly {
    readonly contentHash: string;
    readonly bytes: number;
    readonly width: number;
    readonly height: number;
  }[];
  /** What is found in images that are not accepted: the first ones of these, one to all of them. */
  readonly regions: readonly Region[];
}

/** Where nobody looks into the files. */
const NO_PICTURES: MadeUpPictures = {
  folder: '/made-up',
  files: [{ contentHash: 'a'.repeat(64), bytes: 1000, width: 64, height: 64 }],
  regions: [],
};

/**
 * Fills a workspace with batches that nobody inspected, for measurements: a lot a day, 3 part numbers, 4 inspectors, some
 * verdicts corrected by another inspector. The same every time, and one transaction for each batch.
 * @returns how many verdicts of inspectors there are
 */
export async function addMadeUpBatches(
  { db }: Workspace,
  recipeHash: string,
  { batches, images, pictures = NO_PICTURES }: MadeUpSize,
): Promise<number> {
  const { folder, files, regions } = pictures;
  for (let batch = 0; batch < batches; batch++) {
    const at = new Date(Date.UTC(2026, 0, 1 + batch, 12)).toISOString();
    await db.transaction().execute(async (transaction) => {
      const statements = [
        sql`insert into batches (name, object_name, part_number, revision, lot, order_number, recipe_hash, created_at)
          values (${`Batch ${batch}`}, 'part', ${`P-${batch % 3}`}, 'A', ${`L${batch}`}, '', ${recipeHash}, ${at})`,
        sql`insert into images (batch_id, path, content_hash, bytes, width, height, added_at)
          with recursive n (i) as (select 0 union all select i + 1 from n where i < ${images - 1})
          select (select max(id) from batches), ${`${folder}/${batch}/`} || i || '.png', value ->> 'contentHash', value ->> 'bytes',
            value ->> 'width', value ->> 'height', ${at}
          from n join json_each(${JSON.stringify(files)}) on key = i % ${files.length}`,
        sql`insert into runs (batch_id, recipe_hash, pack_hash, device_asked, device_running, software_version, status,
            last_image_id, owner_token, owner_pid, owner_host, heartbeat_at, started_at, ended_at)
          select max(b.id), ${recipeHash}, ${'c'.repeat(64)}, 'cpu', 'cpu', '', 'done',
            (select max(id) from images), '', 0, '', ${at}, ${at}, ${at} from batches b`,
        // Scores spread by a step that shares no factor with 1000; times around 300 ms.
        sql`insert into results (run_id, image_id, status, finished_at, content_hash, width, height, score, verdict,
            artifacts, timings)
          select r.id, i.id, 'done', ${at}, i.content_hash, i.width, i.height, s.score / 1000.0,
            case when s.score >= 600 then 'reject' when s.score >= 400 then 'warn' else 'accept' end,
            ${ARTIFACTS}, json_set(${TIMINGS}, '$.total', 200 + i.id * 7919 % 200)
          from runs r join images i on i.batch_id = r.batch_id
            join (select id, min(id * 7 % 1000, id * 11 % 1000) as score from images) s on s.id = i.id
          where r.id = (select max(id) from runs)`,
        sql`insert into regions (result_id, region_index, box, area, peak, mean, polygons, prompts, levels)
          select r.id, f.value ->> 'index', f.value -> 'box', f.value ->> 'area', f.value ->> 'peak', f.value ->> 'mean',
            f.value -> 'polygons', f.value -> 'prompts', f.value -> 'levels'
          from results r join json_each(${JSON.stringify(regions)}) f on f.key <= r.image_id % ${regions.length}
          where r.run_id = (select max(id) from runs) and r.verdict <> 'accept'`,
        sql`insert into verdicts (run_id, image_id, verdict, defect_class, severity, overturn_reason, comment, inspector,
            created_at)
          select run_id, image_id, case when score < 0.6 or image_id % 13 = 0 then 'accept' else 'reject' end,
            case when score < 0.6 or image_id % 13 = 0 then '' else 'class ' || (image_id % 8) end,
            case when score < 0.6 or image_id % 13 = 0 then null
              else json_extract('["critical","major","minor"]', '$[' || (image_id % 3) || ']') end,
            '', '', 'inspector ' || (image_id % 4), ${at}
          from results where run_id = (select max(id) from runs)`,
        sql`insert into verdicts (run_id, image_id, verdict, defect_class, overturn_reason, comment, inspector, created_at,
            supersedes)
          select run_id, image_id, 'uncertain', '', '', '', 'inspector ' || ((image_id + 1) % 4), ${at}, id
          from verdicts where run_id = (select max(id) from runs) and image_id % 20 = 0`,
      ];
      for (const statement of statements) await statement.execute(transaction);
    });
  }
  const { rows } = await sql<{ count: number }>`select count(*) as count from verdicts`.execute(db);
  return rows[0]!.count;
}

/** As long as real ones: whoever reads results has to pass over them. */
const ARTIFACTS = JSON.stringify(
  Object.fromEntries(
    ['coarseMap', 'finalMap', 'mask'].map((name, i) => [
      name,
      { sha256: String(i).repeat(64), bytes: 50_000, mediaType: 'image/png' },
    ]),
  ),
);

const TIMINGS = JSON.stringify({ read: 10, encode: 150, umci: 5, regions: 5, decode: 20, fuse: 5, write: 5 });
