import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createSession, type Session, type Tensors } from '../../src-main/inference/ort.ts';
import {
  type Candidate,
  candidatesFor,
  chooseFile,
  distanceOf,
  type FixedInput,
  fixedFeeds,
} from '../../src-main/inference/variant-choice.ts';
import type { Pack } from '../../src-shared/pack.ts';

type Variant = Pack['variants'][number];

const variants: Variant[] = [
  { of: 'vision', file: 'vision-half', precision: 'fp16', devices: ['cuda', 'webgpu'] },
  { of: 'vision', file: 'vision-int8', precision: 'int8', devices: ['cuda', 'cpu'] },
  { of: 'text', file: 'text-half', precision: 'fp16', devices: ['cuda'] },
];
const files = (candidates: readonly Candidate[]) => candidates.map(({ file }) => file);

describe('the files that may serve', () => {
  it('are the variants for the device in the order of the pack, the file itself last', () => {
    expect(files(candidatesFor('vision', 'cuda', variants))).toEqual([
      'vision-half',
      'vision-int8',
      'vision',
    ]);
    expect(files(candidatesFor('vision', 'webgpu', variants))).toEqual(['vision-half', 'vision']);
    expect(files(candidatesFor('vision', 'cpu', variants))).toEqual(['vision-int8', 'vision']);
    expect(candidatesFor('vision', 'dml', variants)).toEqual([{ file: 'vision', precision: 'fp32' }]);
  });

  it('are the smallest alone after memory ran out', () => {
    expect(files(candidatesFor('vision', 'cuda', variants, 1))).toEqual(['vision-int8']);
    expect(files(candidatesFor('text', 'cuda', variants, 1))).toEqual(['text-half']);
    expect(files(candidatesFor('head', 'cuda', variants, 1))).toEqual(['head']);
  });
});

const tensor = (...data: number[]): Tensors => ({
  y: { type: 'float32', dims: [data.length], data: Float32Array.from(data) },
});

/** Sessions that are the names of their files. */
function fakeTrials(answers: Readonly<Record<string, Tensors | Error>>) {
  const log: string[] = [];
  return {
    log,
    trials: {
      async open({ file }: Candidate) {
        log.push(`open ${file}`);
        const answer = answers[file];
        if (answer instanceof Error) throw answer;
        return file;
      },
      async answer(file: string) {
        return answers[file] as Tensors;
      },
      async reference() {
        log.push('reference');
        return tensor(1, 2, 2);
      },
      async release(file: string) {
        log.push(`release ${file}`);
      },
    },
  };
}

describe('the choice', () => {
  const candidates = candidatesFor('vision', 'cuda', variants);

  it('is the first that agrees with 32 bits', async () => {
    const { trials, log } = fakeTrials({ 'vision-half': tensor(1.001, 2, 2) });
    const chosen = await chooseFile(candidates, trials);
    expect(chosen).toMatchObject({
      candidate: { file: 'vision-half' },
      session: 'vision-half',
      passedOver: [],
    });
    expect(log).toEqual(['open vision-half', 'reference']);
  });

  it('passes over what does not load, gives no numbers or differs, and says why', async () => {
    const { trials, log } = fakeTrials({
      'vision-half': tensor(Number.NaN, 2, 2),
      'vision-int8': tensor(1.5, 2, 2),
      vision: tensor(),
    });
    const { candidate, passedOver } = await chooseFile(candidates, trials);
    expect(candidate).toEqual({ file: 'vision', precision: 'fp32' });
    expect(passedOver.map(({ reason }) => reason)).toEqual([
      'gives values that are no numbers',
      'differs from 32 bits by 16.7 %; 10.0 % are allowed',
    ]);
    expect(log).toEqual([
      'open vision-half',
      'reference',
      'release vision-half',
      'open vision-int8',
      'reference',
      'release vision-int8',
      'open vision',
    ]);
    const broken = fakeTrials({
      'vision-half': new Error('ONNX Runtime refused it'),
      'vision-int8': tensor(1, 2, 2),
    });
    const other = await chooseFile(candidates, broken.trials);
    expect(other.candidate.file).toBe('vision-int8');
    expect(other.passedOver).toEqual([{ candidate: candidates[0], reason: 'ONNX Runtime refused it' }]);
  });

  it('allows half precision less than eight bits', async () => {
    const near = tensor(1.25, 2, 2);
    const { trials } = fakeTrials({ 'vision-half': near, 'vision-int8': near });
    expect((await chooseFile(candidates, trials)).candidate.file).toBe('vision-int8');
  });

  it('fails with the last error when nothing can be used, and stops when cancelled', async () => {
    const { trials } = fakeTrials({
      'vision-half': new Error('first'),
      'vision-int8': new Error('second'),
      vision: new Error('third'),
    });
    await expect(chooseFile(candidates, trials)).rejects.toThrow('third');
    await expect(chooseFile(candidates, trials, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('the distance', () => {
  it('is the worst output’s difference over its length', () => {
    expect(distanceOf(tensor(3, 4.5), tensor(3, 4))).toBeCloseTo(0.1, 12);
    const two = { ...tensor(3, 4), z: { type: 'float16', dims: [1], data: Float16Array.of(2) } } as const;
    const far = { ...two, z: { type: 'float32', dims: [1], data: Float32Array.of(1) } } as const;
    expect(distanceOf(far, two)).toBeCloseTo(0.5, 12);
  });

  it('is no number, or endless, where it cannot be told', () => {
    expect(distanceOf(tensor(Number.POSITIVE_INFINITY, 1), tensor(1, 1))).toBeNaN();
    expect(distanceOf(tensor(1), tensor(1, 1))).toBe(Number.POSITIVE_INFINITY);
    expect(distanceOf({}, tensor(1))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the public exports’ structure', () => {
  const path = (name: string) => fileURLToPath(new URL(`../twins/${name}`, import.meta.url));
  const opened = async (name: string) => createSession(path(name), { device: 'cpu', threads: 1 });

  /** The choice among real files, as the engine makes it. */
  async function choose(folder: string, own: string, precisions: readonly string[], given: FixedInput) {
    const all = [
      { file: `${folder}/${own}_fp16.onnx`, precision: 'fp16' },
      { file: `${folder}/${own}_quantized.onnx`, precision: 'int8' },
    ] as const;
    const feeds = ({ inputs }: Session) =>
      fixedFeeds(inputs!, { ...given, dims: { point_batch_size: 2, nb_points_per_image: 3 } });
    const candidates: Candidate[] = [
      ...all.filter(({ precision }) => precisions.includes(precision)),
      { file: `${folder}/${own}.onnx`, precision: 'fp32' },
    ];
    const chosen = await chooseFile<Session>(candidates, {
      open: ({ file }) => opened(file),
      answer: (session) => session.run(feeds(session)),
      async reference() {
        const session = await opened(`${folder}/${own}.onnx`);
        try {
          return await session.run(feeds(session));
        } finally {
          await session.release();
        }
      },
      release: (session) => session.release(),
    });
    await chosen.session.release();
    return chosen;
  }

  it.each([
    ['clip-b16', 224],
    ['clip-l14-336', 336],
  ])('%s: half precision and eight bits agree with 32', async (folder, size) => {
    for (const precision of ['fp16', 'int8']) {
      const { candidate, passedOver } = await choose(folder, 'vision_model', [precision], { size });
      expect({ precision: candidate.precision, passedOver }).toEqual({ precision, passedOver: [] });
    }
  });

  it("SAM's decoder: half precision agrees on its encoder's embedding, eight bits give way", async () => {
    const encoder = await opened('sam-vit/vision_encoder.onnx');
    const embeddings = await encoder.run(fixedFeeds(encoder.inputs!, { size: 1024 }));
    await encoder.release();
    const choice = (precisions: readonly string[]) =>
      choose('sam-vit', 'prompt_encoder_mask_decoder', precisions, { known: embeddings });
    expect((await choice(['fp16'])).candidate.precision).toBe('fp16');
    const { candidate, passedOver } = await choice(['int8']);
    expect(candidate.precision).toBe('fp32');
    expect(passedOver[0]?.reason).toMatch(/^differs from 32 bits by \d+\.\d %/);
  });

  it('a variant of another model gives way, and so does one that is cut short', async () => {
    const candidates: Candidate[] = [
      { file: 'clip-l14-336/vision_model_fp16.onnx', precision: 'fp16' },
      { file: 'clip-b16/vision_model.onnx', precision: 'fp32' },
    ];
    const trials = {
      open: ({ file }: Candidate) => opened(file),
      answer: (session: Session) => session.run(fixedFeeds(session.inputs!, { size: 224 })),
      reference: async () => {
        const session = await opened('clip-b16/vision_model.onnx');
        return session.run(fixedFeeds(session.inputs!, { size: 224 }));
      },
      release: (session: Session) => session.release(),
    };
    const wrong = await chooseFile(candidates, trials);
    expect(wrong.candidate.precision).toBe('fp32');
    const whole = await readFile(path('clip-b16/vision_model_fp16.onnx'));
    const cut = await chooseFile(candidates, {
      ...trials,
      open: (candidate) =>
        candidate.precision === 'fp16'
          ? createSession(whole.subarray(0, whole.length >> 1), { device: 'cpu' })
          : trials.open(candidate),
    });
    expect(cut.passedOver[0]?.reason).toMatch(/refused the model/);
  });
});
