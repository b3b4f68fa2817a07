;; An index of 256-bit hashes that finds every one within a Hamming distance of at most 31. docs/decisions/0009-pdq.md says why so.
;;
;; A hash is 16 keys of 16 bits. In each of 16 slots it is filed under one of its keys, with the key that comes next (the last one's next
;; is the first) as a filter. Where two hashes differ in at most 31 bits, some slot s has d(s) <= 1 and d(s) + d(s+1) <= 3, d being the
;; difference by key (Qin and Xiao, Pigeonring, VLDB 2018, with the bounds made whole numbers). So 17 buckets a slot are read, filters are
;; compared eight at a time, and about one in 500 of what is in them is looked at in full.
;;
;; Buckets are numbered by the low bits of a key. Their number grows one by one (linear hashing), so that no addition waits for a rebuild,
;; up to the 65,536 that there are keys.
;;
;; A segment, 320 bytes:   0  62 filters of 2 bytes
;;                       124  address of the segment behind it, and in its low 6 bits how many entries are in
;;                       128  62 ids of 3 bytes
;; A bucket is a segment; full, it is copied behind itself and begins anew. So only the first segment of a bucket has room.
;;
;; Memory, in pages of 64 KiB:
;;   0        the hash asked for, in keys
;;   256      16 addresses of buckets
;;   512      a segment that is being split
;;   1024     page of each 2,048 hashes, 8,192 times 2 bytes
;;   17408    first page of each 64 buckets of every slot, 1,024 times 2 bytes
;;   32768    and 36864: segments to read, by turns
;;   40960    candidates, up to page 2
;;   page 2   on, as needed: pages of hashes, five pages of 64 buckets of every slot, pages of segments
(module
  (import "index" "found" (func $found (param $id i32) (param $distance i32)))
  (memory (export "memory") 2 65536)

  (global $buckets (export "buckets") (mut i32) (i32.const 0))
  ;; 2^bits <= buckets; those under buckets - 2^bits are split, and numbered by one bit more, as are those that came of it
  (global $bits (mut i32) (i32.const 0))
  (global $pages (mut i32) (i32.const 2))
  (global $places (mut i32) (i32.const 0))
  (global $freePlace (mut i32) (i32.const -1))
  (global $freeSegment (mut i32) (i32.const 0))
  (global $freshSegment (mut i32) (i32.const 0))
  ;; What was read only to have it in the cache. It is kept, or the reading would be left out.
  (global $touched (mut i32) (i32.const 0))

  ;; Makes sure of the pages that one addition may take, before it changes anything. 0: there is no memory.
  (func $spare (result i32)
    (if (i32.le_u (i32.add (global.get $pages) (i32.const 8)) (memory.size)) (then (return (i32.const 1))))
    (i32.ne (i32.const -1)
      (memory.grow (i32.add (i32.const 8) (select
        (i32.shr_u (global.get $pages) (i32.const 3))
        (i32.const 512)
        (i32.lt_u (global.get $pages) (i32.const 4096)))))))

  (func $take (param $count i32) (result i32)
    (global.set $pages (i32.add (global.get $pages) (local.get $count)))
    (i32.sub (global.get $pages) (local.get $count)))

  (func $place (param $id i32) (result i32)
    (i32.add
      (i32.shl (i32.load16_u offset=1024 (i32.shl (i32.shr_u (local.get $id) (i32.const 11)) (i32.const 1))) (i32.const 16))
      (i32.shl (i32.and (local.get $id) (i32.const 2047)) (i32.const 5))))

  (func $bucket (param $number i32) (param $slot i32) (result i32)
    (i32.add
      (i32.shl (i32.load16_u offset=17408 (i32.shl (i32.shr_u (local.get $number) (i32.const 6)) (i32.const 1))) (i32.const 16))
      (i32.mul (i32.add (i32.shl (local.get $slot) (i32.const 6)) (i32.and (local.get $number) (i32.const 63))) (i32.const 320))))

  ;; The bucket of the hash at `at` in this slot
  (func $home (param $at i32) (param $slot i32) (result i32)
    (local $key i32) (local $number i32)
    (local.set $key (i32.load16_u (i32.add (local.get $at) (i32.shl (local.get $slot) (i32.const 1)))))
    (local.set $number (i32.and (local.get $key) (i32.sub (i32.shl (i32.const 2) (global.get $bits)) (i32.const 1))))
    (if (i32.ge_u (local.get $number) (global.get $buckets)) (then
      (local.set $number (i32.and (local.get $key) (i32.sub (i32.shl (i32.const 1) (global.get $bits)) (i32.const 1))))))
    (call $bucket (local.get $number) (local.get $slot)))

  ;; Where in the hash asked for the filter of a slot is: the next key
  (func $next (param $slot i32) (result i32)
    (i32.shl (i32.and (i32.add (local.get $slot) (i32.const 1)) (i32.const 15)) (i32.const 1)))

  ;; Neighbouring bits of a picture's hash go together more than they should, which would fill some buckets more than others. So bit p of
  ;; key k is bit p of row k + p: column p is turned by p rows, in four steps.
  (func $keys
    (local $a v128) (local $b v128) (local $x v128) (local $y v128)
    (local.set $a (v128.load (i32.const 0)))
    (local.set $b (v128.load (i32.const 16)))
    (local.set $x (i8x16.shuffle 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 (local.get $a) (local.get $b)))
    (local.set $y (i8x16.shuffle 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 (local.get $b) (local.get $a)))
    (local.set $a (v128.bitselect (local.get $x) (local.get $a) (i16x8.splat (i32.const 0xaaaa))))
    (local.set $b (v128.bitselect (local.get $y) (local.get $b) (i16x8.splat (i32.const 0xaaaa))))
    (local.set $x (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 (local.get $a) (local.get $b)))
    (local.set $y (i8x16.shuffle 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 (local.get $b) (local.get $a)))
    (local.set $a (v128.bitselect (local.get $x) (local.get $a) (i16x8.splat (i32.const 0xcccc))))
    (local.set $b (v128.bitselect (local.get $y) (local.get $b) (i16x8.splat (i32.const 0xcccc))))
    (local.set $x (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b)))
    (local.set $y (i8x16.shuffle 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 (local.get $b) (local.get $a)))
    (local.set $a (v128.bitselect (local.get $x) (local.get $a) (i16x8.splat (i32.const 0xf0f0))))
    (local.set $b (v128.bitselect (local.get $y) (local.get $b) (i16x8.splat (i32.const 0xf0f0))))
    (v128.store (i32.const 0) (v128.bitselect (local.get $b) (local.get $a) (i16x8.splat (i32.const 0xff00))))
    (v128.store (i32.const 16) (v128.bitselect (local.get $a) (local.get $b) (i16x8.splat (i32.const 0xff00)))))

  (func $newSegment (result i32)
    (local $at i32)
    (if (global.get $freeSegment) (then
      (local.set $at (global.get $freeSegment))
      (global.set $freeSegment (i32.load offset=124 (local.get $at)))
      (return (local.get $at))))
    (if (i32.eqz (global.get $freshSegment)) (then
      (global.set $freshSegment (i32.shl (call $take (i32.const 1)) (i32.const 16)))))
    (local.set $at (global.get $freshSegment))
    (global.set $freshSegment (i32.add (local.get $at) (i32.const 320)))
    (if (i32.eq (i32.and (global.get $freshSegment) (i32.const 0xffff)) (i32.const 65280)) (then
      (global.set $freshSegment (i32.const 0))))
    (local.get $at))

  (func $freeSegmentAt (param $at i32)
    (i32.store offset=124 (local.get $at) (global.get $freeSegment))
    (global.set $freeSegment (local.get $at)))

  (func $id (param $segment i32) (param $n i32) (result i32)
    (i32.and (i32.const 0xffffff)
      (i32.load offset=128 (i32.add (local.get $segment) (i32.mul (local.get $n) (i32.const 3))))))

  (func $write (param $segment i32) (param $n i32) (param $filter i32) (param $id i32)
    (local $at i32)
    (i32.store16 (i32.add (local.get $segment) (i32.shl (local.get $n) (i32.const 1))) (local.get $filter))
    (local.set $at (i32.add (local.get $segment) (i32.mul (local.get $n) (i32.const 3))))
    (i32.store16 offset=128 (local.get $at) (local.get $id))
    (i32.store8 offset=130 (local.get $at) (i32.shr_u (local.get $id) (i32.const 16))))

  (func $put (param $bucket i32) (param $filter i32) (param $id i32)
    (local $header i32)
    (local.set $header (i32.load offset=124 (local.get $bucket)))
    (if (i32.eq (i32.and (local.get $header) (i32.const 63)) (i32.const 62)) (then
      (local.set $header (call $newSegment))
      (memory.copy (local.get $header) (local.get $bucket) (i32.const 320))))
    (i32.store offset=124 (local.get $bucket) (i32.add (local.get $header) (i32.const 1)))
    (call $write (local.get $bucket) (i32.and (local.get $header) (i32.const 63)) (local.get $filter) (local.get $id)))

  ;; One bucket more in every slot. 0: there is no memory.
  (func $grow (export "grow") (result i32)
    (local $to i32) (local $from i32) (local $slot i32)
    (if (i32.eqz (call $spare)) (then (return (i32.const 0))))
    (local.set $to (global.get $buckets))
    (if (i32.eqz (i32.and (local.get $to) (i32.const 63))) (then
      (i32.store16 offset=17408 (i32.shr_u (local.get $to) (i32.const 5)) (call $take (i32.const 5)))))
    (global.set $buckets (i32.add (local.get $to) (i32.const 1)))
    (if (i32.eqz (local.get $to)) (then (return (i32.const 1))))
    (local.set $from (i32.sub (local.get $to) (i32.shl (i32.const 1) (global.get $bits))))
    (loop $slots
      (call $split
        (local.get $slot)
        (call $bucket (local.get $from) (local.get $slot))
        (call $bucket (local.get $to) (local.get $slot)))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $slots (i32.lt_u (local.get $slot) (i32.const 16))))
    (global.set $bits (i32.sub (i32.const 31) (i32.clz (global.get $buckets))))
    (i32.const 1))

  (func $split (param $slot i32) (param $from i32) (param $to i32)
    (local $at i32) (local $behind i32) (local $n i32) (local $id i32)
    (memory.copy (i32.const 512) (local.get $from) (i32.const 320))
    (i32.store offset=124 (local.get $from) (i32.const 0))
    (local.set $at (i32.const 512))
    (loop $segments
      (local.set $n (i32.and (i32.load offset=124 (local.get $at)) (i32.const 63)))
      (local.set $behind (i32.and (i32.load offset=124 (local.get $at)) (i32.const -64)))
      (block $done (loop $entries
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (local.set $id (call $id (local.get $at) (local.get $n)))
        (call $put
          (select (local.get $to) (local.get $from) (i32.and (i32.const 1) (i32.shr_u
            (i32.load16_u (i32.add (call $place (local.get $id)) (i32.shl (local.get $slot) (i32.const 1))))
            (global.get $bits))))
          (i32.load16_u (i32.add (local.get $at) (i32.shl (local.get $n) (i32.const 1))))
          (local.get $id))
        (br $entries)))
      (if (i32.ne (local.get $at) (i32.const 512)) (then (call $freeSegmentAt (local.get $at))))
      (local.set $at (local.get $behind))
      (br_if $segments (local.get $at))))

  ;; Takes in the hash that was written to address 0. -1: there is no room.
  (func (export "add") (result i32)
    (local $id i32) (local $at i32) (local $slot i32) (local $touched i32)
    (if (i32.eqz (call $spare)) (then (return (i32.const -1))))
    (local.set $id (global.get $freePlace))
    (if (i32.ge_s (local.get $id) (i32.const 0))
      (then (global.set $freePlace (i32.load (call $place (local.get $id)))))
      (else
        (local.set $id (global.get $places))
        (if (i32.eq (local.get $id) (i32.const 0x1000000)) (then (return (i32.const -1))))
        (if (i32.and
            (i32.lt_u (global.get $buckets) (i32.const 65536))
            (i32.ge_u (local.get $id) (i32.mul (global.get $buckets) (i32.const 40)))) (then
          (if (i32.eqz (call $grow)) (then (return (i32.const -1))))))
        (if (i32.eqz (i32.and (local.get $id) (i32.const 2047))) (then
          (i32.store16 offset=1024 (i32.shr_u (local.get $id) (i32.const 10)) (call $take (i32.const 1)))))
        (global.set $places (i32.add (local.get $id) (i32.const 1)))))
    (call $keys)
    (local.set $at (call $place (local.get $id)))
    (v128.store (local.get $at) (v128.load (i32.const 0)))
    (v128.store offset=16 (local.get $at) (v128.load (i32.const 16)))
    ;; All buckets are fetched from memory at once, then written to.
    (loop $homes
      (local.set $at (call $home (i32.const 0) (local.get $slot)))
      (i32.store offset=256 (i32.shl (local.get $slot) (i32.const 2)) (local.get $at))
      (local.set $touched (i32.xor (local.get $touched) (i32.load offset=124 (local.get $at))))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $homes (i32.lt_u (local.get $slot) (i32.const 16))))
    (global.set $touched (local.get $touched))
    (local.set $slot (i32.const 0))
    (loop $slots
      (call $put
        (i32.load offset=256 (i32.shl (local.get $slot) (i32.const 2)))
        (i32.load16_u (call $next (local.get $slot)))
        (local.get $id))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $slots (i32.lt_u (local.get $slot) (i32.const 16))))
    (local.get $id))

  ;; Takes a hash out. 0: there is none of this id.
  (func (export "remove") (param $id i32) (result i32)
    (local $place i32) (local $slot i32)
    (if (i32.ge_u (local.get $id) (global.get $places)) (then (return (i32.const 0))))
    (local.set $place (call $place (local.get $id)))
    (loop $slots
      ;; What is not in the first slot is in none.
      (if (i32.eqz (call $drop (call $home (local.get $place) (local.get $slot)) (local.get $id))) (then
        (return (i32.const 0))))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $slots (i32.lt_u (local.get $slot) (i32.const 16))))
    (i32.store (local.get $place) (global.get $freePlace))
    (global.set $freePlace (local.get $id))
    (i32.const 1))

  ;; Takes an entry out of a bucket, and puts the bucket's last one in its stead.
  (func $drop (param $bucket i32) (param $id i32) (result i32)
    (local $header i32) (local $behind i32) (local $at i32) (local $n i32) (local $last i32)
    (local.set $header (i32.load offset=124 (local.get $bucket)))
    (if (i32.eqz (i32.and (local.get $header) (i32.const 63))) (then
      (if (i32.eqz (local.get $header)) (then (return (i32.const 0))))
      (local.set $behind (local.get $header))
      (memory.copy (local.get $bucket) (local.get $behind) (i32.const 320))
      (call $freeSegmentAt (local.get $behind))
      (local.set $header (i32.load offset=124 (local.get $bucket)))))
    (local.set $at (local.get $bucket))
    (loop $segments
      (local.set $n (i32.and (i32.load offset=124 (local.get $at)) (i32.const 63)))
      (block $done (loop $entries
        (br_if $done (i32.eqz (local.get $n)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $entries (i32.ne (call $id (local.get $at) (local.get $n)) (local.get $id)))
        (local.set $last (i32.sub (i32.and (local.get $header) (i32.const 63)) (i32.const 1)))
        (call $write
          (local.get $at)
          (local.get $n)
          (i32.load16_u (i32.add (local.get $bucket) (i32.shl (local.get $last) (i32.const 1))))
          (call $id (local.get $bucket) (local.get $last)))
        (i32.store offset=124 (local.get $bucket) (i32.sub (local.get $header) (i32.const 1)))
        (return (i32.const 1))))
      (local.set $at (i32.and (i32.load offset=124 (local.get $at)) (i32.const -64)))
      (br_if $segments (local.get $at)))
    (i32.const 0))

  ;; Tells all hashes within `radius` (0 to 31) of the one that was written to address 0; the same one up to 16 times.
  ;; It waits for memory most of all. So in each step the addresses are gathered, then read for nothing one right after the other, that the
  ;; processor may fetch many at a time, then used.
  (func (export "find") (param $radius i32)
    (local $slot i32) (local $key i32) (local $number i32) (local $bit i32) (local $split i32) (local $high i32)
    (local $flip i32) (local $flips i32) (local $near i32) (local $list i32) (local $end i32) (local $other i32) (local $behind i32)
    (local $at i32) (local $header i32) (local $touched i32) (local $filter v128) (local $x v128) (local $y v128)
    (local $pair i32) (local $shift i64) (local $hits i64) (local $candidates i32)
    (call $keys)
    (local.set $bit (i32.shl (i32.const 1) (global.get $bits)))
    (local.set $split (i32.sub (global.get $buckets) (local.get $bit)))
    (local.set $end (i32.const 32768))
    (loop $slots
      (local.set $key (i32.load16_u (i32.shl (local.get $slot) (i32.const 1))))
      (local.set $high (i32.and (local.get $key) (local.get $bit)))
      (local.set $key (i32.and (local.get $key) (i32.sub (local.get $bit) (i32.const 1))))
      ;; Slots beyond radius - 16 may differ in no bit: a smaller radius takes fewer of them with one.
      (local.set $near (i32.gt_u (local.get $radius) (i32.add (local.get $slot) (i32.const 15))))
      (local.set $flips (select (global.get $bits) (i32.const 0) (local.get $near)))
      ;; The bucket of the key itself, for which the filter may differ in one bit more (16), then with one bit of its number turned.
      (local.set $number (local.get $key))
      (local.set $flip (i32.const 0))
      (loop $turns
        (local.set $number (i32.or (local.get $number)
          (select (local.get $high) (i32.const 0) (i32.lt_u (local.get $number) (local.get $split)))))
        (i32.store (local.get $end) (i32.or
          (i32.or (local.get $slot) (i32.shl (i32.eqz (local.get $flip)) (i32.const 4)))
          (i32.add
            (i32.shl (i32.load16_u offset=17408 (i32.shl (i32.shr_u (local.get $number) (i32.const 6)) (i32.const 1))) (i32.const 16))
            (i32.mul (i32.add (i32.shl (local.get $slot) (i32.const 6)) (i32.and (local.get $number) (i32.const 63))) (i32.const 320)))))
        (local.set $end (i32.add (local.get $end) (i32.const 4)))
        (local.set $number (i32.xor (local.get $key) (i32.shl (i32.const 1) (local.get $flip))))
        (local.set $flip (i32.add (local.get $flip) (i32.const 1)))
        (br_if $turns (i32.le_u (local.get $flip) (local.get $flips))))
      ;; Where the bucket is split, the bit beyond may be turned too.
      (if (i32.and (local.get $near) (i32.lt_u (local.get $key) (local.get $split))) (then
        (i32.store (local.get $end) (i32.or (local.get $slot)
          (call $bucket (i32.or (local.get $key) (i32.xor (local.get $high) (local.get $bit))) (local.get $slot))))
        (local.set $end (i32.add (local.get $end) (i32.const 4)))))
      (local.set $slot (i32.add (local.get $slot) (i32.const 1)))
      (br_if $slots (i32.lt_u (local.get $slot) (i32.const 16))))

    (local.set $candidates (i32.const 40960))
    (local.set $list (i32.const 32768))
    (local.set $other (i32.const 36864))
    (loop $rounds
      (local.set $pair (local.get $list))
      (loop $touches
        (local.set $at (i32.and (i32.load (local.get $pair)) (i32.const -64)))
        (local.set $touched (i32.xor (local.get $touched) (i32.xor (i32.load (local.get $at)) (i32.load offset=124 (local.get $at)))))
        (local.set $pair (i32.add (local.get $pair) (i32.const 4)))
        (br_if $touches (i32.lt_u (local.get $pair) (local.get $end))))
      (global.set $touched (local.get $touched))
      (local.set $behind (local.get $other))
      (loop $segments
        (local.set $at (i32.load (local.get $list)))
        (local.set $slot (i32.and (local.get $at) (i32.const 31)))
        (local.set $at (i32.and (local.get $at) (i32.const -64)))
        (local.set $header (i32.load offset=124 (local.get $at)))
        (if (i32.gt_u (local.get $header) (i32.const 63)) (then
          (i32.store (local.get $behind) (i32.or (i32.and (local.get $header) (i32.const -64)) (local.get $slot)))
          (local.set $behind (i32.add (local.get $behind) (i32.const 4)))))
        ;; Of each difference the lowest bit is taken off, two times or three: what is nothing then had no more than so many.
        (local.set $filter (v128.load16_splat (call $next (local.get $slot))))
        (local.set $hits (i64.const 0))
        (local.set $shift (i64.const 0))
        (local.set $pair (local.get $at))
        (loop $pairs
          (local.set $x (v128.xor (v128.load (local.get $pair)) (local.get $filter)))
          (local.set $y (v128.xor (v128.load offset=16 (local.get $pair)) (local.get $filter)))
          (local.set $x (v128.and (local.get $x) (i16x8.add (local.get $x) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))
          (local.set $y (v128.and (local.get $y) (i16x8.add (local.get $y) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))
          (local.set $x (v128.and (local.get $x) (i16x8.add (local.get $x) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))
          (local.set $y (v128.and (local.get $y) (i16x8.add (local.get $y) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))
          (if (i32.and (local.get $slot) (i32.const 16)) (then
            (local.set $x (v128.and (local.get $x) (i16x8.add (local.get $x) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))
            (local.set $y (v128.and (local.get $y) (i16x8.add (local.get $y) (v128.const i16x8 -1 -1 -1 -1 -1 -1 -1 -1))))))
          (local.set $hits (i64.or (local.get $hits) (i64.shl
            (i64.extend_i32_u (i8x16.bitmask (i8x16.narrow_i16x8_s
              (i16x8.eq (local.get $x) (v128.const i64x2 0 0))
              (i16x8.eq (local.get $y) (v128.const i64x2 0 0)))))
            (local.get $shift))))
          (local.set $pair (i32.add (local.get $pair) (i32.const 32)))
          (local.set $shift (i64.add (local.get $shift) (i64.const 16)))
          (br_if $pairs (i64.lt_u (local.get $shift) (i64.const 64))))
        (local.set $hits (i64.and (local.get $hits)
          (i64.sub (i64.shl (i64.const 1) (i64.extend_i32_u (i32.and (local.get $header) (i32.const 63)))) (i64.const 1))))
        (block $none (loop $each
          (br_if $none (i64.eqz (local.get $hits)))
          (i32.store (local.get $candidates)
            (i32.add (i32.add (local.get $at) (i32.const 128)) (i32.mul (i32.wrap_i64 (i64.ctz (local.get $hits))) (i32.const 3))))
          (local.set $candidates (i32.add (local.get $candidates) (i32.const 4)))
          (local.set $hits (i64.and (local.get $hits) (i64.sub (local.get $hits) (i64.const 1))))
          (br $each)))
        (if (i32.gt_u (local.get $candidates) (i32.const 130816)) (then
          (call $tell (local.get $candidates) (local.get $radius))
          (local.set $candidates (i32.const 40960))))
        (local.set $list (i32.add (local.get $list) (i32.const 4)))
        (br_if $segments (i32.lt_u (local.get $list) (local.get $end))))
      (local.set $end (local.get $behind))
      (local.set $list (local.get $other))
      (local.set $other (select (i32.const 32768) (i32.const 36864) (i32.eq (local.get $list) (i32.const 36864))))
      (br_if $rounds (i32.lt_u (local.get $list) (local.get $end))))
    (call $tell (local.get $candidates) (local.get $radius)))

  ;; Compares the hashes whose ids stand at the addresses from 40960 to `end`, and tells those within the radius.
  (func $tell (param $end i32) (param $radius i32)
    (local $n i32) (local $at i32) (local $distance i32) (local $a i64) (local $b i64) (local $c i64) (local $d i64)
    (local.set $a (i64.load (i32.const 0)))
    (local.set $b (i64.load (i32.const 8)))
    (local.set $c (i64.load (i32.const 16)))
    (local.set $d (i64.load (i32.const 24)))
    (local.set $n (i32.const 40960))
    (block $read (loop $ids
      (br_if $read (i32.ge_u (local.get $n) (local.get $end)))
      (i32.store (local.get $n) (i32.and (i32.load (i32.load (local.get $n))) (i32.const 0xffffff)))
      (local.set $n (i32.add (local.get $n) (i32.const 4)))
      (br $ids)))
    (local.set $n (i32.const 40960))
    (block $told (loop $hashes
      (br_if $told (i32.ge_u (local.get $n) (local.get $end)))
      (local.set $at (call $place (i32.load (local.get $n))))
      (local.set $distance (i32.wrap_i64 (i64.add
        (i64.add
          (i64.popcnt (i64.xor (local.get $a) (i64.load (local.get $at))))
          (i64.popcnt (i64.xor (local.get $b) (i64.load offset=8 (local.get $at)))))
        (i64.add
          (i64.popcnt (i64.xor (local.get $c) (i64.load offset=16 (local.get $at))))
          (i64.popcnt (i64.xor (local.get $d) (i64.load offset=24 (local.get $at))))))))
      (if (i32.le_u (local.get $distance) (local.get $radius)) (then
        (call $found (i32.load (local.get $n)) (local.get $distance))))
      (local.set $n (i32.add (local.get $n) (i32.const 4)))
      (br $hashes))))
)
