import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportRepository } from '../../../src-main/services/model-repository/export-repository.ts';
import { localAnswers } from '../../inference/local-graphs.ts';
import { nearExaminer } from '../../inference/near-examiner.ts';
import { hasTriton, inferOverHttp, startTriton } from '../../servers/triton.ts';
import { tempFolder } from '../../temp-folder.ts';
import { writeTwinPack } from '../../twins/twin-pack.ts';

const WITH_TRITON = test.skipIf(!hasTriton());

const OPTIONS = {
  roots: {},
  examiner: nearExaminer,
  backend: 'python',
  place: 'cpu',
  instances: 1,
  half: false,
  batch: 4,
} as const;

/** Model metadata of the Open Inference Protocol, and of Triton's configuration what is compared. */
interface ServerTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}
interface Described {
  readonly inputs: readonly ServerTensor[];
  readonly outputs: readonly ServerTensor[];
}
interface Configured {
  readonly max_batch_size: number;
  readonly parameters: Readonly<Record<string, { readonly string_value: string }>>;
}

const read = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

const DATATYPES = { uint8: 'UINT8', float32: 'FP32', float16: 'FP16', int64: 'INT64' } as const;

WITH_TRITON.each(['lite', 'a CLIP twin beside SAM 2.1', 'a CLIP twin beside SAM v1'])(
  'a real Triton serves every graph of %s with the bits of local sessions',
  async (which) => {
    const root = await tempFolder();
    const folder = join(root, 'repository');
    const sam = which.endsWith('2.1') ? 'sam2.1' : 'sam-vit with weights outside';
    if (which !== 'lite') {
      await writeTwinPack(join(root, 'twin'), { clip: 'clip-b16', inputSize: 224, head: 'none', sam });
    }
    const pack = which === 'lite' ? 'lite' : join(root, 'twin');
    const { models } = await exportRepository(pack, folder, OPTIONS);
    const { loaded, answers } = await localAnswers(pack);
    const server = await startTriton([folder]);
    for (const { name, inputs, outputs, batch } of models) {
      const url = `${server.http}/v2/models/${name}`;
      const described = await read<Described>(url);
      const asServed = ({ name: tensor, type, dims }: (typeof inputs)[number]) => ({
        name: tensor,
        datatype: DATATYPES[type],
        shape: [...(batch > 0 ? [-1] : []), ...dims],
      });
      expect(described.inputs).toEqual(inputs.map(asServed));
      expect(described.outputs).toEqual(outputs.map(asServed));
      const { max_batch_size, parameters } = await read<Configured>(`${url}/config`);
      expect(max_batch_size).toBe(batch);
      expect(parameters.clipsam_pack_hash?.string_value).toBe(loaded.packHash);
    }
    for (const { graph, title, feeds, expected } of answers) {
      const model = models.find(({ name }) => name === `${loaded.pack.id}-${graph}`)!;
      const asked =
        model.batch > 0 && feeds.image
          ? { image: { ...feeds.image, dims: [1, ...feeds.image.dims] } }
          : feeds;
      const found = await inferOverHttp(server, model.name, asked);
      for (const [name, { dims, data }] of Object.entries(expected)) {
        expect(found[name]?.dims, `${title}: ${name}`).toEqual(dims);
        const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
        expect(Buffer.from(found[name]!.data.buffer).equals(bytes), `${title}: ${name}`).toBe(true);
      }
    }
    if (which !== 'lite') return;
    const huge = { type: 'uint8', dims: [1025, 8, 3], data: new Uint8Array(1025 * 24) } as const;
    await expect(inferOverHttp(server, 'lite-vision', { image: huge })).rejects.toThrow();
  },
);
