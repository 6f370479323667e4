import type { DatasetTerms } from './defect-category.ts';

/** A data set whose terms are known. */
interface KnownDataset {
  readonly name: string;
  /** Names of folders that hold it. */
  readonly folders: RegExp;
  readonly licence: string;
  readonly citation: string;
}

const NC = 'CC BY-NC-SA 4.0';

/** As their authors say; where they say nothing, that is said. Looked up in November 2026. */
const KNOWN: readonly KnownDataset[] = [
  {
    name: 'MVTec AD',
    folders: /mvtec/i,
    licence: NC,
    citation:
      'Bergmann et al., MVTec AD – A comprehensive real-world dataset for unsupervised anomaly detection, CVPR 2019',
  },
  {
    name: 'VisA',
    folders: /visa/i,
    licence: 'CC BY 4.0',
    citation:
      'Zou et al., SPot-the-Difference self-supervised pre-training for anomaly detection and segmentation, ECCV 2022',
  },
  {
    name: 'MPDD',
    folders: /mpdd/i,
    licence: `none in the authors' repository; ${NC} by others' word`,
    citation: 'Jezek et al., Deep learning-based defect detection of metal parts, ICUMT 2021',
  },
  {
    name: 'BTAD',
    folders: /btad|btech|beantech/i,
    licence: 'CC BY-SA 4.0',
    citation:
      'Mishra et al., VT-ADL: A vision transformer network for image anomaly detection and localization, ISIE 2021',
  },
  {
    name: 'MTD',
    folders: /mtd|magnetic.?tile/i,
    licence: 'free to use, cite the paper; no licence file',
    citation: 'Huang et al., Surface defect saliency of magnetic tile, The Visual Computer 36, 2020',
  },
  {
    name: 'KolektorSDD2',
    folders: /kolektor.?sdd.?2|ksdd.?2/i,
    licence: NC,
    citation: 'Božič et al., Mixed supervision for surface-defect detection, Computers in Industry 129, 2021',
  },
  {
    name: 'KolektorSDD',
    folders: /kolektor|ksdd/i,
    licence: NC,
    citation:
      'Tabernik et al., Segmentation-based deep-learning approach for surface-defect detection, Journal of Intelligent Manufacturing 31, 2020',
  },
  {
    name: 'Real-IAD',
    folders: /real.?iad/i,
    licence: `for research; ${NC} by others' word`,
    citation:
      'Wang et al., Real-IAD: A real-world multi-view dataset for benchmarking versatile industrial anomaly detection, CVPR 2024',
  },
];

const UNKNOWN: DatasetTerms = { name: null, licence: 'unknown', citation: null };

/**
 * The terms of a data set, by what its files show it to be, else by the name of its folder.
 * @param shown name of the data set that only has such files
 */
export function termsOf(folderName: string, shown?: string): DatasetTerms {
  const known = KNOWN.find(({ name, folders }) => (shown ? name === shown : folders.test(folderName)));
  if (!known) return UNKNOWN;
  const { name, licence, citation } = known;
  return { name, licence, citation };
}
