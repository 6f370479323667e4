/** Ranking metrics as scikit-learn defines them; null where a class is missing and the metric has no value. */
export interface RankingMetrics {
  /** Area under the ROC curve, ties counted half (`roc_auc_score`). */
  readonly auroc: number | null;
  /** Average precision, Σ (Rₙ − Rₙ₋₁) Pₙ over all thresholds (`average_precision_score`). */
  readonly ap: number | null;
  /** Highest F1 over all thresholds (`precision_recall_curve`). */
  readonly f1Max: number | null;
  /** The highest threshold that reaches `f1Max` when scores ≥ it count as defective. */
  readonly f1Threshold: number | null;
}

export interface PixelMetricsResult extends RankingMetrics {
  /** Per-region overlap: its curve over all thresholds, interpolated at FPR 0.3, area / 0.3. */
  readonly pro: number | null;
  /** Per-region overlap as VAND-APRIL-GAN's `cal_pro_score` computes it. */
  readonly proAprilGan: number | null;
}
