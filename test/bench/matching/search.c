// What a program without a runtime reaches: exact look-ups of 256-bit hashes within 31 bits, one thread, one at a time, over tables that
// are built once and can't be added to.
//   eleven  11 slots of 23-24 bits. 31 bits over 11 slots: one of them has at most 2, so every key within 2 is looked up.
//   ring    16 slots of 16 bits, as services/classify/signals/media/hamming has it: in some slot the key has at most 1 and together
//           with the next one at most 3. Entries carry the next key, which is compared first.
// Usage: search eleven|ring HASHES QUERIES RUNS. Prints a line of JSON. Built by the bench with cc -O3 -march=native.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_RUNS = 64, MOST_FOUND = 4096 };
typedef struct {
  uint32_t count;
  uint64_t *words;
} Hashes;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

static Hashes read_hashes(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  Hashes all = {ftell(file) / 32, NULL};
  rewind(file);
  all.words = malloc((size_t)all.count * 32 + 8);
  if (fread(all.words, 32, all.count, file) != all.count) exit(2);
  fclose(file);
  return all;
}

static inline int distance(const uint64_t *a, const uint64_t *b) {
  return __builtin_popcountll(a[0] ^ b[0]) + __builtin_popcountll(a[1] ^ b[1]) + __builtin_popcountll(a[2] ^ b[2]) +
         __builtin_popcountll(a[3] ^ b[3]);
}

typedef struct {
  uint32_t ids[MOST_FOUND];
  int count;
} Found;

static inline void check(const Hashes *all, const uint64_t *query, uint32_t id, Found *found) {
  if (distance(all->words + 4 * (size_t)id, query) > 31) return;
  for (int n = 0; n < found->count; n++)
    if (found->ids[n] == id) return;
  if (found->count < MOST_FOUND) found->ids[found->count++] = id;
}

// Entries by key, one list behind the other: those of key k stand from first[k] to first[k + 1].
typedef struct {
  int start, bits;
  uint32_t *first, *ids;
  uint16_t *filters;
} Slot;

static inline uint32_t key_of(const uint64_t *hash, const Slot *slot) {
  int at = slot->start & 63;
  uint64_t key = hash[slot->start >> 6] >> at;
  if (at + slot->bits > 64) key |= hash[(slot->start >> 6) + 1] << (64 - at);
  return key & ((1u << slot->bits) - 1);
}

static void fill(Slot *slot, const Hashes *all, int filters) {
  uint32_t keys = 1u << slot->bits;
  slot->first = calloc((size_t)keys + 1, 4);
  slot->ids = malloc((size_t)all->count * 4);
  slot->filters = filters ? malloc((size_t)all->count * 2 + 64) : NULL;
  for (uint32_t n = 0; n < all->count; n++) slot->first[key_of(all->words + 4 * (size_t)n, slot) + 1]++;
  for (uint32_t k = 0; k < keys; k++) slot->first[k + 1] += slot->first[k];
  uint32_t *next = malloc((size_t)keys * 4);
  memcpy(next, slot->first, (size_t)keys * 4);
  for (uint32_t n = 0; n < all->count; n++) {
    const uint64_t *hash = all->words + 4 * (size_t)n;
    uint32_t at = next[key_of(hash, slot)]++;
    slot->ids[at] = n;
    if (filters) slot->filters[at] = ((const uint16_t *)hash)[(slot->start / 16 + 1) & 15];
  }
  free(next);
}

static inline void all_of(const Slot *slot, uint32_t key, const Hashes *all, const uint64_t *query, Found *found) {
  for (uint32_t at = slot->first[key]; at < slot->first[key + 1]; at++) check(all, query, slot->ids[at], found);
}

static void eleven(const Slot *slots, const Hashes *all, const uint64_t *query, Found *found) {
  for (const Slot *slot = slots; slot < slots + 11; slot++) {
    uint32_t key = key_of(query, slot);
    all_of(slot, key, all, query, found);
    for (int a = 0; a < slot->bits; a++) {
      all_of(slot, key ^ 1u << a, all, query, found);
      for (int b = 0; b < a; b++) all_of(slot, key ^ 1u << a ^ 1u << b, all, query, found);
    }
  }
}

// Thirty-two at a time, without a branch, so that the compiler compares them together; few have a hit.
static inline void near_of(const Slot *slot, uint32_t key, int most, uint16_t filter, const Hashes *all,
                           const uint64_t *query, Found *found) {
  uint32_t end = slot->first[key + 1];
  for (uint32_t at = slot->first[key]; at < end; at += 32) {
    const uint16_t *filters = slot->filters + at;
    uint16_t hits = 0;
    for (int n = 0; n < 32; n++) {
      uint16_t left = filters[n] ^ filter;
      left &= left - 1;
      left &= left - 1;
      if (most == 3) left &= left - 1;
      hits |= left == 0;
    }
    if (!hits) continue;
    for (uint32_t n = at; n < at + 32 && n < end; n++)
      if (__builtin_popcount(slot->filters[n] ^ filter) <= most) check(all, query, slot->ids[n], found);
  }
}

static void ring(const Slot *slots, const Hashes *all, const uint64_t *query, Found *found) {
  const uint16_t *keys = (const uint16_t *)query;
  for (int s = 0; s < 16; s++) {
    uint16_t filter = keys[(s + 1) & 15];
    near_of(slots + s, keys[s], 3, filter, all, query, found);
    for (int bit = 0; bit < 16; bit++) near_of(slots + s, keys[s] ^ 1u << bit, 2, filter, all, query, found);
  }
}

int main(int count, char **args) {
  if (count != 5) return 2;
  int is_ring = strcmp(args[1], "ring") == 0;
  int slots_used = is_ring ? 16 : 11;
  Hashes all = read_hashes(args[2]), queries = read_hashes(args[3]);
  int runs = atoi(args[4]);
  if (runs > MOST_RUNS) return 2;
  Slot slots[16];
  double from = seconds();
  for (int s = 0, start = 0; s < slots_used; s++) {
    slots[s].start = start;
    slots[s].bits = is_ring ? 16 : s < 3 ? 24 : 23;
    start += slots[s].bits;
    fill(slots + s, &all, is_ring);
  }
  double build = seconds() - from;
  static Found found;
  size_t bytes = (size_t)all.count * 32;
  for (int s = 0; s < slots_used; s++) bytes += ((size_t)1 << slots[s].bits) * 4 + (size_t)all.count * (is_ring ? 6 : 4);
  printf("{\"build\":%.3f,\"bytes\":%zu,\"perSecond\":[", build, bytes);
  unsigned long total = 0;
  for (int run = 0; run < runs; run++) {
    total = 0;
    from = seconds();
    for (uint32_t n = 0; n < queries.count; n++) {
      found.count = 0;
      if (is_ring)
        ring(slots, &all, queries.words + 4 * (size_t)n, &found);
      else
        eleven(slots, &all, queries.words + 4 * (size_t)n, &found);
      total += found.count;
    }
    printf("%s%.1f", run ? "," : "", queries.count / (seconds() - from));
  }
  printf("],\"found\":%lu}\n", total);
  return 0;
}
