import { closeSync, copyFileSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { externalLocations, withExternalLocations } from '../../src-main/graph/external-data.ts';
import { encodeModel, type Model, promoteTensors, pruneTo, readModel } from '../../src-main/graph/model.ts';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { initializerValues, type ReadExternal } from '../../src-main/graph/stored-values.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { tempFolder } from '../temp-folder.ts';
import { twinModel } from '../twins/clip-twins.ts';
import { expectedOf, expectNear, referenceInput, twinFile } from '../twins/twins.ts';

const external = twinModel('sam-vit/external/vision_encoder.onnx');
const folder = dirname(twinFile('sam-vit/external/vision_encoder.onnx'));
const LOCATION = 'vision_encoder.onnx_data';
const INNER = '/vision_encoder/layers.0/Add_1_output_0';

const readBeside: ReadExternal = (location, offset, length) => {
  const file = openSync(join(folder, location), 'r');
  const bytes = new Uint8Array(length);
  readSync(file, bytes, 0, length, offset);
  closeSync(file);
  return bytes;
};

describe('a model with its values in another file', () => {
  it('says which, and how large it has to be', () => {
    expect(externalLocations(external)).toEqual([{ location: LOCATION, bytes: 853504 }]);
    expect(externalLocations(twinModel('sam-vit/vision_encoder.onnx'))).toEqual([]);
  });

  it('has the values of the model in one file', () => {
    const whole = twinModel('sam-vit/vision_encoder.onnx');
    for (const name of ['vision_encoder.pos_embed', 'vision_encoder.layers.3.mlp.lin1.bias'])
      expect(initializerValues(external, name, readBeside)).toEqual(initializerValues(whole, name));
    expect(() => initializerValues(external, 'vision_encoder.pos_embed')).toThrow(
      expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining(LOCATION) }),
    );
  });

  it('gives PyTorch’s embedding after its file was renamed and the model was pruned', async () => {
    const moved = await tempFolder();
    copyFileSync(join(folder, LOCATION), join(moved, 'part-7'));
    const edited = pruneTo(promoteTensors(external, [INNER]), [INNER, 'image_embeddings']);
    const renamed = withExternalLocations(edited, (location) => (location === LOCATION ? 'part-7' : ''));
    expect(externalLocations(renamed)[0]!.location).toBe('part-7');
    expect(externalLocations(external)[0]!.location).toBe(LOCATION);
    const bytes = encodeModel(renamed);
    expect(bytes.length).toBeLessThan(250_000);

    const session = await createSession(bytes, { device: 'cpu', threads: 2, externalFolder: moved });
    const results = await session.run({ pixel_values: referenceInput(1024) });
    await session.release();
    expect(Object.keys(results).sort()).toEqual([INNER, 'image_embeddings']);
    expectNear(results.image_embeddings, expectedOf('sam-vit', 'image_embeddings'), 1e-4);
  });

  it('whose file is missing or cut off is refused by ONNX Runtime, not run with other numbers', async () => {
    const other = await tempFolder();
    const open = () => createSession(encodeModel(external), { device: 'cpu', externalFolder: other });
    await expect(open()).rejects.toMatchObject({ code: 'model-file-invalid' });
    writeFileSync(join(other, LOCATION), readFileSync(join(folder, LOCATION)).subarray(0, 800_000));
    await expect(open()).rejects.toMatchObject({ code: 'model-file-invalid' });
  });
});

/** A model with one tensor of two float32 whose values lie elsewhere, as these entries say. */
function modelWith(entries: Readonly<Record<string, string>>, dims: readonly bigint[] = [2n]): Model {
  const tensor = create(TensorProtoSchema, {
    name: 'w',
    dataType: 1,
    dims: [...dims],
    dataLocation: 1,
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  });
  const graph = create(GraphProtoSchema, { initializer: [tensor] });
  return { name: 'made.onnx', proto: create(ModelProtoSchema, { graph }) };
}

describe('a place in another file', () => {
  it('may leave out where it begins and how long it is', () => {
    expect(externalLocations(modelWith({ location: 'data.bin' }))).toEqual([
      { location: 'data.bin', bytes: 8 },
    ]);
    expect(externalLocations(modelWith({ location: 'data.bin', offset: '4096', length: '8' }))).toEqual([
      { location: 'data.bin', bytes: 4104 },
    ]);
  });

  it.each([
    '',
    '.',
    '..',
    '../data.bin',
    'a/b.bin',
    '/etc/passwd',
    'C:\\data.bin',
    '..\\data.bin',
    'C:data.bin',
    'data.bin\0',
    'data.bin ',
    'a'.repeat(300),
  ])('with the name %j is refused', (location) => {
    expect(() => externalLocations(modelWith({ location }))).toThrow(
      expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining('made.onnx') }),
    );
  });

  it.each<Record<string, string>>([
    { location: 'data.bin', offset: '-8' },
    { location: 'data.bin', offset: '1e3' },
    { location: 'data.bin', offset: '99999999999999999999' },
    { location: 'data.bin', length: '9' },
    { location: 'data.bin', length: '' },
  ])('that is none (%j) is refused', (entries) => {
    expect(() => externalLocations(modelWith(entries))).toThrow(
      expect.objectContaining({ code: 'model-file-invalid' }),
    );
  });

  it('of a size beyond counting is refused', () => {
    for (const dims of [[2n ** 40n, 2n ** 40n], [-2n]])
      expect(() => externalLocations(modelWith({ location: 'data.bin' }, dims))).toThrow(
        expect.objectContaining({ code: 'model-file-invalid' }),
      );
  });
});

it('a name in the attribute of a node is found and renamed too', () => {
  const inner = create(TensorProtoSchema, {
    name: 'constant',
    dataType: 7,
    dims: [3n],
    dataLocation: 1,
    externalData: [{ key: 'location', value: 'old.bin' }],
  });
  const model = readModel(
    encodeModel({
      name: 'constants',
      proto: create(ModelProtoSchema, {
        opsetImport: [{ version: 14n }],
        graph: {
          node: [{ opType: 'Constant', output: ['constant'], attribute: [{ name: 'value', t: inner }] }],
        },
      }),
    }),
    'constants',
  );
  expect(externalLocations(model)).toEqual([{ location: 'old.bin', bytes: 24 }]);
  expect(externalLocations(withExternalLocations(model, () => 'new.bin'))).toEqual([
    { location: 'new.bin', bytes: 24 },
  ]);
});
