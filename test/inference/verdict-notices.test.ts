import { expect, it } from 'vitest';
import { verdictNotices } from '../../src-main/inference/opinion-record.ts';
import type { OpinionAnswer } from '../../src-main/inference/opinions.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { inspectionResult } from '../store/results-fixture.ts';

const { regions } = inspectionResult();
const map = { width: 1, height: 1, data: Float32Array.of(0.5) };
const answer: OpinionAnswer = { fused: map, maps: { language: map }, scores: [], score: 0.5 };
const codes = (verdict: ModelVerdict, found: typeof regions, asked: OpinionAnswer | undefined) =>
  verdictNotices(verdict, found, asked).map(({ code }) => code);

it('a region in an image that is accepted is said, and a doubt that no region shows', () => {
  expect(regions.length).toBeGreaterThan(0);
  expect(codes('accept', regions, answer)).toEqual(['region-accepted']);
  expect(codes('warn', [], answer)).toEqual(['doubt-without-region']);
  expect(codes('reject', [], answer)).toEqual(['doubt-without-region']);
});

it('nothing is said where verdict and regions agree, or language alone was asked', () => {
  expect(codes('accept', [], answer)).toEqual([]);
  expect(codes('reject', regions, answer)).toEqual([]);
  expect(codes('accept', regions, undefined)).toEqual([]);
  expect(codes('warn', [], undefined)).toEqual([]);
});
