/** A map of anomaly scores, row by row, each 0 (normal) to 1 (abnormal). */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}
