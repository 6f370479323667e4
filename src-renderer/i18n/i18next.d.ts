import 'i18next';
import type { texts } from './index.ts';

declare module 'i18next' {
  /** A key that does not exist is a compiler error. */
  interface CustomTypeOptions {
    defaultNS: 'app';
    resources: (typeof texts)['en'];
  }
}
