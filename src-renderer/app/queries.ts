import { MutationCache, QueryClient } from '@tanstack/react-query';
import { showError } from '../ui/show-error.tsx';

/** The main side is on this machine: nothing is retried, and everything is kept until an event says that it changed. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
      refetchOnWindowFocus: false,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
  mutationCache: new MutationCache({ onError: showError }),
});
