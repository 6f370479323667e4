import { expect, it } from 'vitest';
import { draftOfReport, missingIn, newDraft, optionsOf } from '../../../src-renderer/reports/report-draft.ts';
import { reportOptionsSchema } from '../../../src-shared/report.ts';

const company = { name: 'ACME', address: '1 Main Street', logo: null };
const ofRun = newDraft({ batchId: 3, runId: 7, imageId: null }, 'zh-CN');

it('begins with a report of the run, or of the image that it was opened for', () => {
  expect(ofRun).toMatchObject({ template: 'batch', runId: 7, language: 'zh-CN' });
  expect(newDraft({ batchId: 3, runId: 7, imageId: 12 }, 'en').template).toBe('nonconformance');
});

it('says what is missing before anything is asked of the workstation', () => {
  expect(missingIn(newDraft({ batchId: null, runId: null, imageId: null }, 'en'))).toBe('run');
  expect(missingIn({ ...ofRun, template: 'nonconformance' })).toBe('image');
  expect(missingIn({ ...ofRun, fields: [{ label: ' ', value: '5' }] })).toBe('label');
  const twice = { label: 'Customer', value: '' };
  expect(missingIn({ ...ofRun, fields: [twice, { label: 'Customer ', value: 'ACME' }] })).toBe('label-twice');
  expect(missingIn({ ...ofRun, fields: [{ label: '', value: ' ' }] })).toBeNull();
});

it('gives the workstation only what the template has', () => {
  const options = optionsOf(
    {
      ...ofRun,
      ...{ template: 'summary', imageId: 12, lotId: 5, sections: ['images', 'hashes', 'pareto'] },
      fields: [
        { label: ' Customer ', value: ' ACME Rail' },
        { label: '', value: '' },
      ],
    },
    company,
    'Asia/Shanghai',
  );
  expect(reportOptionsSchema.parse(options)).toEqual({
    ...{ template: 'summary', runId: 7, imageId: null, lotId: 5, language: 'zh-CN', paper: 'A4' },
    ...{ pictures: 1000, timeZone: 'Asia/Shanghai', company },
    sections: ['pareto', 'hashes'],
    fields: [{ label: 'Customer', value: 'ACME Rail' }],
  });
  expect(
    optionsOf({ ...ofRun, template: 'nonconformance', imageId: 12, lotId: 5 }, company, 'UTC'),
  ).toMatchObject({ imageId: 12, lotId: null });
});

it('finds the sections again that another template does not have', () => {
  const changed = { ...ofRun, template: 'nonconformance' as const, imageId: 12 };
  const back = optionsOf({ ...changed, template: 'batch' }, company, 'UTC');
  expect(back?.sections).toContain('evidence');
  expect(back?.imageId).toBeNull();
});

it('begins a revision with what the report was made with', () => {
  const options = reportOptionsSchema.parse(
    optionsOf({ ...ofRun, paper: 'letter', sections: ['defects'] }, company, 'UTC'),
  );
  expect(optionsOf(draftOfReport(3, options), company, 'UTC')).toEqual(options);
});
