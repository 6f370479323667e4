import type { PoseSpread } from '../../src-shared/alignment.ts';
import type { Point } from '../../src-shared/geometry.ts';
import type { PartSilhouette } from './part-silhouette.ts';
import { ALIKE, asTheyLie, likeness, likenessPatch, mostLike, PATCH_SIDE } from './pose-likeness.ts';
import {
  type SilhouetteMoments,
  silhouetteMoments,
  type TurnedBox,
  turnedBox,
} from './silhouette-moments.ts';

/** How a part lies in its picture. Lengths in pixels of the picture, (0, 0) its top left corner. */
export interface PartPose extends TurnedBox {
  /** Direction of the part's own axis: radians, 0 to the right, clockwise on the screen, −π..π. */
  readonly angle: number;
  /** Standard deviation along the principal axis over that across it; 1 is round. */
  readonly elongation: number;
  /** What the angle is from: the principal axis, or the likeness to the template. */
  readonly from: 'axis' | 'likeness';
  /**
   * How sure the angle is, 0..1. Of an axis: how clearly one end differs from the other. Of a likeness: the
   * correlation with the template, 1 for the template itself.
   */
  readonly certainty: number;
  /** Correlation of the untouched picture with the template's, −1..1; 1 for the template itself. */
  readonly asItLies: number;
}

/** The part that the others are turned like: the first reference, or the first of a batch. */
export interface PoseTemplate {
  readonly pose: PartPose;
  readonly part: PartSilhouette;
  readonly moments: SilhouetteMoments;
  /** The part as it looks turned and centred. */
  readonly patch: Float32Array;
  /** Pixels of the picture per pixel of the patch. */
  readonly unit: number;
}

/** From here on a principal axis says how a part lies; the outlines of rounder parts say little. */
const ELONGATED = 1.5;
/** Third standardised moment from which an end is told from the other: 0 for what is symmetric. */
const CLEAR_SKEW = 0.1;
/** What a patch shows beyond the part, as a share of its radius. */
const PATCH_MARGIN = 0.1;
/** Spread that is noise of finding the pose, or too little to matter to a token. */
const LITTLE_TURN = Math.PI / 36;
const LITTLE_SHIFT = 0.05;
const LITTLE_SCALE = 0.05;

/**
 * How a part lies. Elongated parts: along their principal axis, towards the side with the longer tail (the third
 * moment; a screw's tip), or, where neither end has one, the way that looks more like the template. Others: the angle
 * and place at which they look most like the template; without a template, as they lie.
 */
export function partPose(part: PartSilhouette, template?: PoseTemplate): PartPose {
  const moments = silhouetteMoments(part);
  const asItLies = template ? asTheyLie(part, template.part) : 1;
  const { elongation } = moments;
  const isLong = elongation >= ELONGATED && template?.pose.from !== 'likeness';
  if (isLong) return { ...alongAxis(part, moments, template), elongation, from: 'axis', asItLies };
  if (!template)
    return { ...turnedBox(part, 0), angle: 0, elongation, from: 'likeness', certainty: 1, asItLies };
  return { ...likeTemplate(part, moments, template), elongation, from: 'likeness', asItLies };
}

/** The part that others are to be turned like. */
export function poseTemplate(part: PartSilhouette): PoseTemplate {
  const pose = partPose(part);
  const unit = ((1 + PATCH_MARGIN) * Math.hypot(pose.length, pose.width)) / PATCH_SIDE;
  const patch = likenessPatch(part, { centre: pose.centre, angle: pose.angle, unit });
  return { pose, part, moments: silhouetteMoments(part), patch, unit };
}

/** How far parts lie apart; fewer than two do not differ. @param poses of one template */
export function poseSpread(poses: readonly PartPose[]): PoseSpread {
  const mean = (value: (pose: PartPose) => number) =>
    poses.reduce((sum, pose) => sum + value(pose), 0) / Math.max(1, poses.length);
  const direction = Math.hypot(
    mean(({ angle }) => Math.cos(angle)),
    mean(({ angle }) => Math.sin(angle)),
  );
  const length = mean((pose) => pose.length);
  const x = mean(({ centre }) => centre.x);
  const y = mean(({ centre }) => centre.y);
  if (poses.length < 2 || length === 0) return { turn: 0, shift: 0, scale: 0, differs: false };
  const turn = Math.sqrt(Math.max(0, -2 * Math.log(Math.max(direction, 1e-9))));
  const shift = Math.sqrt(mean(({ centre }) => (centre.x - x) ** 2 + (centre.y - y) ** 2)) / length;
  const scale = Math.sqrt(mean((pose) => (pose.length - length) ** 2)) / length;
  const alike = poses.map(({ asItLies }) => asItLies).sort((a, b) => a - b)[poses.length >> 1]! > ALIKE;
  const isLarge = turn > LITTLE_TURN || shift > LITTLE_SHIFT || scale > LITTLE_SCALE;
  return { turn, shift, scale, differs: isLarge && !alike };
}

type Found = TurnedBox & Pick<PartPose, 'angle' | 'certainty'>;

function alongAxis(part: PartSilhouette, moments: SilhouetteMoments, template?: PoseTemplate): Found {
  const { axis, skew } = moments;
  const box = turnedBox(part, axis);
  const isClear = skew >= CLEAR_SKEW && (!template || template.moments.skew >= CLEAR_SKEW);
  if (isClear || !template) return { ...box, angle: axis, certainty: Math.min(1, skew / CLEAR_SKEW) };
  const unit = unitFor(moments, template);
  const compare = (angle: number) => likeness(part, { centre: box.centre, angle, unit }, template.patch);
  const opposite = axis > 0 ? axis - Math.PI : axis + Math.PI;
  const [ahead, back] = [compare(axis), compare(opposite)];
  return { ...box, angle: ahead >= back ? axis : opposite, certainty: Math.max(0, ahead, back) };
}

function likeTemplate(part: PartSilhouette, moments: SilhouetteMoments, template: PoseTemplate): Found {
  const unit = unitFor(moments, template);
  const { centroid } = template.moments;
  const { centre, angle: start } = template.pose;
  // The template's middle as seen from its centroid, the one point of a part that is known before its angle.
  const ratio = unit / template.unit;
  const [dx, dy] = [(centre.x - centroid.x) * ratio, (centre.y - centroid.y) * ratio];
  const middle = (angle: number): Point => {
    const [cos, sin] = [Math.cos(angle - start), Math.sin(angle - start)];
    return { x: moments.centroid.x + dx * cos - dy * sin, y: moments.centroid.y + dx * sin + dy * cos };
  };
  const { placement, correlation } = mostLike(part, { angle: start, unit }, middle, template.patch);
  const angle = Math.atan2(Math.sin(placement.angle), Math.cos(placement.angle));
  return { ...turnedBox(part, angle, placement.centre), angle, certainty: Math.max(0, correlation) };
}

/** Parts of one kind have one area: what differs is how near they were to the camera. */
function unitFor(moments: SilhouetteMoments, template: PoseTemplate): number {
  return template.unit * Math.sqrt(moments.area / template.moments.area);
}
