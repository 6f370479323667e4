import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { distanceLogit, goodLimit, quantile, sigmoid, topMean } from '../../src-main/pipeline/calibration.ts';
import { keptTokens } from '../../src-main/pipeline/image-tokens.ts';
import { likenessRadius, markLikeness, raised, silenced } from '../../src-main/pipeline/judged-views.ts';
import {
  fusedMap,
  fusedScore,
  joinViews,
  type PerOpinion,
  trustWeights,
} from '../../src-main/pipeline/opinion-fusion.ts';
import {
  languageLimit,
  languagePeak,
  languageView,
  memoryView,
} from '../../src-main/pipeline/opinion-view.ts';
import { farthestTokens } from '../../src-main/pipeline/token-choice.ts';
import { distanceToAny, distanceToCrowd } from '../../src-main/pipeline/token-distances.ts';
import { unitTokens } from '../../src-main/pipeline/unit-tokens.ts';

// Numbers of an independent computation (NumPy, by the formulas' text), rounded to seven digits.
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`./opinion-vectors/${name}.json`, import.meta.url), 'utf8'));

const THETA = 0.73;
const floats = (values: readonly number[]) => Float32Array.from(values);

function expectClose(found: ArrayLike<number>, expected: readonly number[], digits = 4) {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, digits);
  });
}

describe('the numbers of an independent computation', () => {
  it('are those of tokens: averaged, centred, of unit length, smoothed, stages in a row', () => {
    const { height, width, stages, half_plain, half_smoothed, fine_stage0 } = read('tokens');
    const kept = keptTokens(
      stages.map(({ channels, data }: { channels: number; data: number[] }) => ({
        dims: [height, width, channels],
        data: floats(data),
      })),
      { half: [0, 1], fine: [0] },
    );
    // Kept as 16-bit floating point.
    for (const [expected, found] of [
      [half_plain, unitTokens(kept.half, { smoothed: false })],
      [half_smoothed, unitTokens(kept.half, { smoothed: true })],
      [fine_stage0, unitTokens(kept.fine, { smoothed: false })],
    ]) {
      expect([found.width, found.height]).toEqual([expected.width, expected.height]);
      expected.data.forEach((value: number, i: number) => {
        expect(Math.abs(found.data[i] - value)).toBeLessThan(2e-3);
      });
    }
  });

  it('are those of distances to references and to a crowd', () => {
    const { tokens, references, references_distance, others, consensus_distance } = read('distance');
    const cosines = (pictures: number[][][]) =>
      pictures.map((picture) =>
        floats(
          tokens.map((a: number[]) =>
            Math.max(...picture.map((b) => b.reduce((sum, value, c) => sum + value * a[c]!, 0))),
          ),
        ),
      );
    expectClose(distanceToAny(cosines(references))!, references_distance);
    expectClose(distanceToCrowd(cosines(others))!, consensus_distance);
  });

  it('are those of limits and of the logits around them', () => {
    const { conformal, crowd, top, logit, u } = read('calibration');
    for (const { values, q } of conformal) expect(goodLimit(values, 'references')).toBeCloseTo(q, 6);
    for (const { values, q } of crowd) expect(goodLimit(values, 'crowd')).toBeCloseTo(q, 6);
    expect(topMean(floats(top.values))).toBeCloseTo(top.mean, 5);
    expect(quantile(floats(u.values), 0.9)).toBeCloseTo(u.quantile, 5);
    for (const { distance, q, logit: expected, calibrated } of logit) {
      expect(distanceLogit(distance, q)).toBeCloseTo(expected, 6);
      expect(sigmoid(distanceLogit(distance, q))).toBeCloseTo(calibrated, 6);
    }
  });

  it('are those of the tokens chosen to cover a picture', () => {
    const { tokens, keep, indices } = read('farthest-points');
    const unit = { width: 20, height: 1, channels: 8, data: floats(tokens.flat()) };
    expect([...farthestTokens(unit, keep)]).toEqual(indices);
    expect([...farthestTokens(unit, 3)]).toEqual(indices.slice(0, 3));
  });

  it('are those of the weights', () => {
    for (const { uReferences, uCrowd, peakLanguage, references, posesDiffer, weights } of read('weights')) {
      const found: PerOpinion<number> = trustWeights({
        references: references > 0 ? { count: references, looseness: uReferences } : undefined,
        consensus: uCrowd === null ? undefined : { looseness: uCrowd },
        posesDiffer,
        languageLimit: peakLanguage,
        theta: THETA,
      });
      for (const opinion of ['language', 'consensus', 'references'] as const) {
        expect(found[opinion] ?? 0).toBeCloseTo(weights[opinion], 6);
      }
    }
  });

  it('are those of what inspectors said', () => {
    const v = read('harmless');
    const alike = markLikeness(floats(v.distanceHarmless), floats(v.distanceCounter), likenessRadius(v.q));
    expectClose(alike.harmless!, v.gateHarmless, 5);
    expectClose(alike.counterExamples!, v.gateCounter, 5);
    const quiet = silenced(floats(v.logit), alike.harmless);
    expectClose(quiet, v.silenced, 5);
    expectClose(raised(quiet, alike.counterExamples, 0), v.raised, 5);
  });

  it('are those of the fused map and the score', () => {
    const v = read('fusion');
    const size = { width: v.width, height: v.height };
    const limits = { map: v.qMap, image: v.qTop };
    const peaks = v.references.map(({ coarse }: { coarse: number[] }) =>
      languagePeak({ ...size, data: floats(coarse) }),
    );
    const limit = languageLimit(peaks, 'references');
    expect(limit).toBeCloseTo(v.peakLanguage, 5);
    const { consensus: _, ...weights } = trustWeights({
      references: { count: v.references.length, looseness: v.u },
      consensus: undefined,
      posesDiffer: false,
      languageLimit: limit,
      theta: THETA,
    });
    expect(weights).toEqual({
      language: expect.closeTo(v.weights.language, 5),
      references: expect.closeTo(v.weights.references, 5),
    });
    const joined = (coarse: number[], distances: number[]) =>
      joinViews(
        {
          language: languageView({ ...size, data: floats(coarse) }, limit),
          references: memoryView(floats(distances), limits, (values) => values),
        },
        weights,
      );
    const good = v.references.map(({ coarse, leaveOneOut }: { coarse: number[]; leaveOneOut: number[] }) =>
      joined(coarse, leaveOneOut),
    );
    const centre = {
      map: Math.min(
        0,
        goodLimit(
          good.map(({ cells }: { cells: Float32Array }) => Math.max(...cells)),
          'references',
        ),
      ),
      image: Math.min(
        0,
        goodLimit(
          good.map(({ image }: { image: number }) => image),
          'references',
        ),
      ),
    };
    expect(centre.map).toBeCloseTo(v.b, 4);
    expect(centre.image).toBeCloseTo(v.bScore, 4);
    const peakCentre = { ...centre, peak: centre.map };
    const fused = joined(v.image.coarse, v.image.distance);
    expectClose(fusedMap(fused, peakCentre, THETA), v.fused);
    const peak = Math.max(...fused.cells);
    expect(fusedScore({ image: fused.image, peak }, peakCentre, THETA)).toBeCloseTo(v.score, 5);
  });
});
