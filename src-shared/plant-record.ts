/** What a column of the plant's record holds, as PostgreSQL calls it. */
type RecordType = 'bigint' | 'integer' | 'double precision' | 'boolean' | 'text' | 'jsonb' | 'timestamptz';

/** Type, and what it says, with unit and range; the comment of the column. */
type RecordColumn = readonly [type: RecordType, about: string];

/** A table of the record. Each also has the workspace, when the row went, and but for parts a hash of the row. */
export interface RecordTable {
  readonly about: string;
  /** The row's id in its workspace, in whose order it is compared. */
  readonly key: string;
  /** Rows that are compared and replaced together with one of this table. */
  readonly parts?: string;
  readonly columns: Readonly<Record<string, RecordColumn>>;
}

/** Rows that belong to one row of another table, by its key and their own. */
export interface RecordParts {
  readonly about: string;
  readonly of: string;
  readonly key: string;
  readonly columns: Readonly<Record<string, RecordColumn>>;
}

const inspector: RecordColumn = ['text', 'Who entered it: the name that people sign in with, or chose.'];
const runId: RecordColumn = ['bigint', 'The run (runs.run_id of the same workspace).'];
const imageId: RecordColumn = ['bigint', 'The image (images.image_id of the same workspace).'];
const contentHash: RecordColumn = ['text', 'SHA-256 of the image file, 64 hexadecimal digits.'];
const width: RecordColumn = ['integer', 'Width of the image in pixels.'];
const height: RecordColumn = ['integer', 'Height of the image in pixels.'];
const createdAt: RecordColumn = ['timestamptz', 'When it was entered, by the clock of the workstation.'];
const supersedes: RecordColumn = ['bigint', 'The entry that this one replaces; null: it is the first.'];
const comment: RecordColumn = ['text', 'Free text of the inspector; empty: none.'];
const polygons: RecordColumn = [
  'jsonb',
  'Outline: polygons of rings of [x, y] in image pixels, the outer ring first, then its holes.',
];

/** The tables of the plant's record, those first that others refer to. */
export const RECORD_TABLES = {
  people: {
    about: 'People who may sign in to a workspace, or could once. Names and roles; no PIN is ever copied.',
    key: 'person_id',
    columns: {
      person_id: ['bigint', 'Id in the workspace.'],
      name: ['text', 'Name, as verdicts have it.'],
      role: ['text', 'operator, reviewer or engineer.'],
      created_at: createdAt,
      removed_at: ['timestamptz', 'Since when they may not sign in any more; null: they may.'],
    },
  },
  recipes: {
    about: 'Recipes: what an inspection was asked to do. Never changed; a new revision is a new row.',
    key: 'recipe_hash',
    columns: {
      recipe_hash: ['text', 'SHA-256 of the recipe, 64 hexadecimal digits.'],
      name: ['text', 'Name of the recipe.'],
      revision: ['integer', 'Revision among the recipes of the same name, from 1.'],
      warn: ['double precision', 'Image score from which the model warns, 0..1.'],
      reject: ['double precision', 'Image score from which the model rejects, 0..1.'],
      theta: ['double precision', 'Threshold of the map above which a region begins, 0..1.'],
      content: ['jsonb', 'The whole recipe.'],
      inspector,
      created_at: createdAt,
    },
  },
  batches: {
    about: 'Batches of images, with what is written on them.',
    key: 'batch_id',
    columns: {
      batch_id: ['bigint', 'Id in the workspace.'],
      name: ['text', 'Name of the batch.'],
      object_name: ['text', 'What the images show, in words; empty: as the recipe says.'],
      part_number: ['text', 'Part number; empty: none was entered.'],
      revision: ['text', 'Revision of the part; empty: none.'],
      lot: ['text', 'Lot; empty: none.'],
      order_number: ['text', 'Order; empty: none.'],
      scale_mm_per_px: [
        'double precision',
        'Size of a pixel in millimetres, for results without their own; null: nobody has said.',
      ],
      created_at: createdAt,
      archived_at: ['timestamptz', 'Since when it is archived; null: it is not. It counts all the same.'],
      deleted_at: [
        'timestamptz',
        'When it was deleted in the workspace, or found to be removed for good; null: it is there.',
      ],
    },
  },
  images: {
    about: 'Images of batches: one row per picture of a file.',
    key: 'image_id',
    columns: {
      image_id: ['bigint', 'Id in the workspace.'],
      batch_id: ['bigint', 'The batch (batches.batch_id of the same workspace).'],
      path: ['text', 'Path of the file on its workstation, or relative to the workspace.'],
      content_hash: contentHash,
      bytes: ['bigint', 'Size of the file in bytes.'],
      width_px: width,
      height_px: height,
      page: ['integer', 'Which picture of the file it is, from 1.'],
      pages: ['integer', 'How many pictures the file has.'],
      added_at: ['timestamptz', 'When it was imported.'],
    },
  },
  runs: {
    about: 'Runs: one recipe over the images of one batch.',
    key: 'run_id',
    columns: {
      run_id: ['bigint', 'Id in the workspace.'],
      batch_id: ['bigint', 'The batch (batches.batch_id of the same workspace).'],
      recipe_hash: ['text', 'The recipe (recipes.recipe_hash of the same workspace).'],
      pack_hash: ['text', 'SHA-256 of the model pack.'],
      device: ['text', 'What computed: cpu, webgpu, cuda and so on.'],
      software_version: ['text', 'Version of the program.'],
      status: ['text', 'running, paused, interrupted, cancelled or done.'],
      started_at: ['timestamptz', 'When it began.'],
      ended_at: ['timestamptz', 'When it ended; null: it did not.'],
      error_code: ['text', 'Why it was interrupted; null: it was not.'],
    },
  },
  results: {
    about: "What a run found in an image: the model's result.",
    key: 'result_id',
    parts: 'regions',
    columns: {
      result_id: ['bigint', 'Id in the workspace.'],
      run_id: runId,
      image_id: imageId,
      status: ['text', 'done, or failed: the image could not be inspected.'],
      finished_at: ['timestamptz', 'When the image was inspected.'],
      verdict: ['text', "The model's verdict: accept, warn or reject; null: it failed."],
      score: [
        'double precision',
        'Image score, 0..1: how defective the model takes it to be. No probability.',
      ],
      doubts: ['integer', 'How many notices put the verdict in doubt.'],
      notices: ['jsonb', 'What the verdict has to be read with; null: nothing.'],
      disagreement: ['double precision', 'How far the opinions are apart, 0..1; null: there is one.'],
      scale_mm_per_px: [
        'double precision',
        "Size of a pixel in millimetres; null: the batch's, where it has one.",
      ],
      content_hash: contentHash,
      width_px: width,
      height_px: height,
      time_ms: ['double precision', 'Time that the image took, in milliseconds.'],
      device: ['text', 'What computed.'],
      recipe_hash: ['text', 'The recipe (recipes.recipe_hash of the same workspace).'],
      pack_hash: ['text', 'SHA-256 of the model pack.'],
      software_version: ['text', 'Version of the program.'],
      error_code: ['text', 'Why it failed; null: it did not.'],
      error_message: ['text', 'The same in words, in English.'],
    },
  },
  verdicts: {
    about: 'What inspectors said of images. Only ever added to: the newest of an image in a run counts.',
    key: 'verdict_id',
    columns: {
      verdict_id: ['bigint', 'Id in the workspace; a higher one is newer.'],
      run_id: runId,
      image_id: imageId,
      verdict: ['text', 'accept, reject, uncertain, or withdrawn: the image counts as not reviewed.'],
      defect_class: ['text', 'Class of the defect; empty: none.'],
      severity: ['text', 'critical, major or minor; null: none was given.'],
      overturn_reason: ['text', 'Why the model was overturned; empty: it was not.'],
      comment,
      inspector,
      created_at: createdAt,
      supersedes,
    },
  },
  annotations: {
    about:
      'What inspectors marked in images: false positives, missed defects, corrected regions, and retractions.',
    key: 'annotation_id',
    columns: {
      annotation_id: ['bigint', 'Id in the workspace.'],
      run_id: runId,
      image_id: imageId,
      kind: ['text', 'false-positive, missed-defect or corrected-region; null: a retraction.'],
      region_index: ['integer', "The model's region that is meant (regions.region_index); null: none."],
      polygons,
      defect_class: ['text', 'Class of the defect; empty: none.'],
      comment,
      inspector,
      created_at: createdAt,
      retracts: ['bigint', 'The annotation that this one takes back; null: none.'],
    },
  },
  dispositions: {
    about:
      'What becomes of nonconforming images. Only ever added to: the newest of an image in a run counts.',
    key: 'disposition_id',
    columns: {
      disposition_id: ['bigint', 'Id in the workspace.'],
      run_id: runId,
      image_id: imageId,
      disposition: ['text', 'use-as-is, rework, scrap, return or withdrawn.'],
      comment,
      inspector,
      created_at: createdAt,
      supersedes,
    },
  },
  studies: {
    about: 'Agreement studies: the same images judged blind by several inspectors.',
    key: 'study_id',
    parts: 'study_images',
    columns: {
      study_id: ['bigint', 'Id in the workspace.'],
      batch_id: ['bigint', 'The batch (batches.batch_id of the same workspace).'],
      name: ['text', 'Name of the study.'],
      rounds: ['integer', 'How often every inspector judges each image.'],
      inspector,
      created_at: createdAt,
    },
  },
  study_judgements: {
    about: 'Answers in agreement studies. Only ever added to: those count that no other supersedes.',
    key: 'judgement_id',
    columns: {
      judgement_id: ['bigint', 'Id in the workspace.'],
      study_id: ['bigint', 'The study (studies.study_id of the same workspace).'],
      inspector,
      round: ['integer', 'Which time, from 1.'],
      image_id: imageId,
      verdict: ['text', 'accept, reject, uncertain or withdrawn.'],
      time_ms: ['integer', 'From the appearance of the image to the answer, in milliseconds.'],
      created_at: createdAt,
      supersedes,
    },
  },
} as const satisfies Readonly<Record<string, RecordTable>>;

export const RECORD_PARTS = {
  regions: {
    about:
      "Regions that the model found, parts of a result. Sizes are of the region's outline in image pixels.",
    of: 'results',
    key: 'region_index',
    columns: {
      region_index: ['integer', 'Number of the region in its image, from 1.'],
      box_x_px: ['double precision', 'Left edge of the box around it, in pixels.'],
      box_y_px: ['double precision', 'Upper edge of the box around it, in pixels.'],
      box_width_px: ['double precision', 'Width of the box, in pixels.'],
      box_height_px: ['double precision', 'Height of the box, in pixels.'],
      area_px: ['double precision', 'Area in pixels. In mm²: times the square of mm per pixel.'],
      length_px: ['double precision', 'Longest caliper in pixels; null: not computed.'],
      width_px: ['double precision', 'Shortest caliper in pixels; null: not computed.'],
      peak: ['double precision', 'Highest value of the map in it, 0..1.'],
      mean: ['double precision', 'Mean of the map in it, 0..1.'],
      below_limit: ['boolean', "Smaller than the recipe's limits: it does not count."],
      polygons,
    },
  },
  study_images: {
    about: 'Images of agreement studies.',
    of: 'studies',
    key: 'image_id',
    columns: { image_id: imageId, content_hash: contentHash },
  },
} as const satisfies Readonly<Record<string, RecordParts>>;

export type RecordTableName = keyof typeof RECORD_TABLES;
export type RecordPartsName = keyof typeof RECORD_PARTS;
export const RECORD_TABLE_NAMES = Object.keys(RECORD_TABLES) as readonly RecordTableName[];

/** A row as it goes into the record: JSON columns and times as text, truth values as 0 and 1. */
export type RecordCells = Readonly<Record<string, string | number | null>>;

/** A row of a table with the rows that are its parts. */
export interface RecordEntry {
  readonly key: string | number;
  readonly row: RecordCells;
  readonly parts: readonly RecordCells[];
}
