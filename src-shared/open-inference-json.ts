import { z } from 'zod';

// Messages of the Open Inference Protocol, version 2, over HTTP, as far as they are read.

const tensorSchema = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) });

export const oipServerSchema = z.object({ name: z.string(), version: z.string().default('') });

export const oipModelSchema = z.object({
  versions: z.array(z.string()).default([]),
  platform: z.string().default(''),
  inputs: z.array(tensorSchema),
  outputs: z.array(tensorSchema),
  properties: z.record(z.string(), z.string()).default({}),
});

/** Of Triton's extension; of a model's configuration only the parameters. */
export const oipConfigSchema = z.object({
  parameters: z.record(z.string(), z.object({ string_value: z.string() })).default({}),
});

/** Values come as bytes after the JSON, as long as `binary_data_size` says, or as numbers in `data`. */
export const oipAnswerSchema = z.object({
  outputs: z.array(
    tensorSchema.extend({
      parameters: z.object({ binary_data_size: z.int().min(0).optional() }).optional(),
      data: z.array(z.number()).optional(),
    }),
  ),
});
