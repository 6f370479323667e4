import { expect, it } from 'vitest';
import { scrubbedEnvironment } from '../../src-main/inference/process-host.ts';

it('keeps what libraries and drivers need and nothing private', () => {
  const needed = {
    PATH: '/bin',
    HOME: '/home/a',
    TMPDIR: '/tmp',
    LD_LIBRARY_PATH: '/lib',
    XDG_RUNTIME_DIR: '/run',
    VK_ICD_FILENAMES: 'x.json',
    CUDA_VISIBLE_DEVICES: '0',
  };
  const secret = { AWS_SECRET_ACCESS_KEY: 's', NPM_TOKEN: 't', NODE_OPTIONS: '--inspect', MY_PATH: 'p' };
  expect(scrubbedEnvironment({ ...needed, ...secret })).toEqual(needed);
});
