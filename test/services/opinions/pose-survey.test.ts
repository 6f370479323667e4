import { describe, expect, test } from 'vitest';
import type { PoseJob } from '../../../src-main/inference/inference-protocol.ts';
import type { PartPose } from '../../../src-main/pipeline/part-pose.ts';
import { surveyPoses } from '../../../src-main/services/opinions/pose-survey.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { recipe } from '../../store/fixtures.ts';

const LIES: PartPose = {
  centre: { x: 500, y: 400 },
  angle: 0,
  length: 600,
  width: 100,
  elongation: 5,
  from: 'axis',
  certainty: 1,
  asItLies: 0.5,
};
type Answer = PartPose | { readonly doubt: 'cut-off' };

/** Asks about pictures whose number in their path decides how their part lies. */
async function survey(count: number, answer: (picture: number) => Answer, signal?: AbortSignal) {
  const jobs: PoseJob[] = [];
  const pictures = Array.from({ length: count }, (_, i) => ({ path: `${i}.png` }));
  const inference = {
    async pose(job: PoseJob) {
      jobs.push(job);
      return answer(Number.parseInt(job.path, 10));
    },
  };
  return { poses: await surveyPoses(pictures, { inference, recipe, signal }), jobs };
}

describe('how far parts lie apart', () => {
  test('is asked of all of few pictures, beside the first', async () => {
    const { poses, jobs } = await survey(4, (picture) => ({ ...LIES, angle: picture }));
    expect(poses?.spread.differs).toBe(true);
    expect(jobs.map(({ path }) => path)).toEqual(['0.png', '1.png', '2.png', '3.png']);
    expect(jobs.every(({ template }) => template.path === '0.png')).toBe(true);
  });

  test('is asked of twelve of many, spread over all', async () => {
    const { poses, jobs } = await survey(60, () => LIES);
    expect(poses).toEqual({ spread: { turn: 0, shift: 0, scale: 0, differs: false }, shown: 1 });
    expect(jobs.map(({ path }) => path)).toEqual(Array.from({ length: 12 }, (_, i) => `${5 * i}.png`));
  });

  test('is not known of one picture, or where most do not show it', async () => {
    expect((await survey(1, () => LIES)).poses).toBeUndefined();
    expect((await survey(0, () => LIES)).jobs).toEqual([]);
    const shownBy = (shown: number) => (picture: number) =>
      picture < shown ? LIES : ({ doubt: 'cut-off' } as const);
    expect((await survey(8, shownBy(4))).poses).toBeUndefined();
    expect((await survey(8, shownBy(5))).poses).toMatchObject({ spread: { differs: false }, shown: 5 / 8 });
  });

  test('passes over pictures that cannot be read, and ends with what every picture would meet', async () => {
    const failing = (code: 'image-unreadable' | 'disk-full') => (picture: number) => {
      if (picture === 1) throw new ClipSamError(code, 'No.');
      return LIES;
    };
    expect((await survey(4, failing('image-unreadable'))).poses).toMatchObject({
      spread: { differs: false },
      shown: 3 / 4,
    });
    await expect(survey(4, failing('disk-full'))).rejects.toMatchObject({ code: 'disk-full' });
  });

  test('is no longer asked when cancelled', async () => {
    const cancelled = () => {
      throw new ClipSamError('cancelled', 'Cancelled.');
    };
    await expect(survey(4, cancelled, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
