import { z } from 'zod';
import { deviceSchema } from './device.ts';
import { immutable } from './field-schemas.ts';

/** What a device can lack, each got in its own way. */
const DEVICE_PARTS = [
  'nvidia-driver',
  'onnxruntime-cuda',
  'cuda-12',
  'cudnn-9',
  'onnxruntime-tensorrt',
  'tensorrt-10',
  'vulkan-loader',
  'vulkan-driver',
  'directml',
  'direct3d-12',
] as const;
export type DevicePart = (typeof DEVICE_PARTS)[number];

/** A part that a device lacks on this machine. */
const missingPartSchema = immutable(
  z.object({
    part: z.enum(DEVICE_PARTS),
    /** File names of the libraries that were looked for and not found; empty where it is no library. */
    libraries: z.array(z.string()),
    /** What brings it on this system, to be typed into a terminal; null: no command is known for it. */
    command: z.string().nullable(),
    /** Where its maker says how to get it. */
    address: z.string().nullable(),
  }),
);
export type MissingPart = z.infer<typeof missingPartSchema>;

/**
 * What was found of a device: `works`; `slower`, so `auto` passes it over; `wrong` values; parts that are `missing`;
 * `failed` though nothing is known to be missing; a program build without it; an operating system without it.
 */
const deviceFindingSchema = immutable(
  z.object({
    device: deviceSchema,
    state: z.enum(['works', 'slower', 'wrong', 'missing', 'failed', 'not-in-build', 'not-on-platform']),
    missing: z.array(missingPartSchema),
    /** Milliseconds of a warm run on maps of `side` × `side`, here and on the CPU; null: it did not run. */
    trial: z.object({ side: z.int(), ms: z.number(), cpuMs: z.number() }).nullable(),
    /** In the runtime's words, in English; null where there is nothing to say. */
    reason: z.string().nullable(),
  }),
);
export type DeviceFinding = z.infer<typeof deviceFindingSchema>;

/** Every device there is, as it was found on this machine. */
export const deviceSurveySchema = immutable(
  z.object({
    /** As Node names them. */
    platform: z.string(),
    arch: z.string(),
    /** Name of the Linux distribution; null elsewhere. */
    distribution: z.string().nullable(),
    ortVersion: z.string(),
    /** ISO time. */
    surveyedAt: z.string(),
    devices: z.array(deviceFindingSchema),
  }),
);
export type DeviceSurvey = z.infer<typeof deviceSurveySchema>;
