import { create } from 'zustand';

/** What the window last did, for eyes and screen readers alike. `at` tells two equal messages apart. */
export const useStatusLine = create<{ readonly message: string; readonly at: number }>(() => ({
  message: '',
  at: 0,
}));

export function showStatus(message: string): void {
  useStatusLine.setState({ message, at: Date.now() });
}
