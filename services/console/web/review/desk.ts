import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReviewDesk } from '../../api/review-types.js';
import { ask } from '../api.js';

const key = ['review-desk'];

/** Who cases can be handed to, and what comes to this person. */
export const useDesk = (wanted = true): ReviewDesk | undefined =>
  useQuery({
    queryKey: key,
    queryFn: () => ask<ReviewDesk>('/console/api/review/desk'),
    staleTime: 60_000,
    enabled: wanted,
  }).data;

/** Changes what comes to this person. */
export function useOpted(): (opted: readonly string[]) => Promise<void> {
  const queries = useQueryClient();
  return async opted => {
    await ask('/console/api/review/opted', { method: 'PUT', body: { opted } });
    await queries.invalidateQueries({ queryKey: key });
  };
}

/** In the order of their keys, from 1. The server's list is `categories` of the decisions. */
export const categories = {
  remove: ['incites', 'solicits', 'recruits', 'instructs', 'threatens', 'other'],
  keep: ['harmless', 'news', 'education', 'art', 'research', 'counter-speech', 'other'],
} as const;
