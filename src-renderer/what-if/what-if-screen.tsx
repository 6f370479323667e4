export function WhatIfScreen() {
  return null;
}
