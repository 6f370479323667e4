/** Migration 020: what second opinions say of an image and its regions; null: language alone was asked. */
export const OPINION_COLUMNS = [
  `alter table regions add column opinions text check (json_valid(opinions))`,
  // How far the opinions on an image are apart, 0..1.
  `alter table results add column disagreement real`,
];
