import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import appEn from './en/app.json';
import auditEn from './en/audit.json';
import batchesEn from './en/batches.json';
import chartsEn from './en/charts.json';
import dashboardEn from './en/dashboard.json';
import errorsEn from './en/errors.json';
import lotsEn from './en/lots.json';
import modelsEn from './en/models.json';
import referencesEn from './en/references.json';
import reportsEn from './en/reports.json';
import reviewEn from './en/review.json';
import signaturesEn from './en/signatures.json';
import storageEn from './en/storage.json';
import studiesEn from './en/studies.json';
import viewerEn from './en/viewer.json';
import whatIfEn from './en/what-if.json';
import appZh from './zh-CN/app.json';
import auditZh from './zh-CN/audit.json';
import batchesZh from './zh-CN/batches.json';
import chartsZh from './zh-CN/charts.json';
import dashboardZh from './zh-CN/dashboard.json';
import errorsZh from './zh-CN/errors.json';
import lotsZh from './zh-CN/lots.json';
import modelsZh from './zh-CN/models.json';
import referencesZh from './zh-CN/references.json';
import reportsZh from './zh-CN/reports.json';
import reviewZh from './zh-CN/review.json';
import signaturesZh from './zh-CN/signatures.json';
import storageZh from './zh-CN/storage.json';
import studiesZh from './zh-CN/studies.json';
import viewerZh from './zh-CN/viewer.json';
import whatIfZh from './zh-CN/what-if.json';

export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

/** One namespace per folder of the window, and one for what goes wrong anywhere. */
export const texts = {
  en: {
    app: appEn,
    batches: batchesEn,
    studies: studiesEn,
    review: reviewEn,
    viewer: viewerEn,
    'what-if': whatIfEn,
    lots: lotsEn,
    models: modelsEn,
    references: referencesEn,
    reports: reportsEn,
    dashboard: dashboardEn,
    charts: chartsEn,
    audit: auditEn,
    signatures: signaturesEn,
    storage: storageEn,
    errors: errorsEn,
  },
  'zh-CN': {
    app: appZh,
    batches: batchesZh,
    studies: studiesZh,
    review: reviewZh,
    viewer: viewerZh,
    'what-if': whatIfZh,
    lots: lotsZh,
    models: modelsZh,
    references: referencesZh,
    reports: reportsZh,
    dashboard: dashboardZh,
    charts: chartsZh,
    audit: auditZh,
    signatures: signaturesZh,
    storage: storageZh,
    errors: errorsZh,
  },
} as const;

/** The language of the browser or desktop where we have it, else English. */
export function preferredLanguage(): Language {
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en';
}

export async function startI18n(language: Language): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: texts,
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'app',
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = language;
}
