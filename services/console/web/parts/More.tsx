import { Button } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';

type Read = Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;

/** Fetches the next page of a list, where there is one. */
export function More({ of: { hasNextPage, isFetchingNextPage, fetchNextPage }, label }: { of: Read; label: string }) {
  if (!hasNextPage) return null;
  return (
    <Button mt="sm" variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
      {label}
    </Button>
  );
}
