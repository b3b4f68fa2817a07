/** What a file is known by. */
export interface FileHashes {
  /** 64 lower-case hex digits. */
  sha256: string;
  /** 32 lower-case hex digits. */
  md5: string;
  /** 64 lower-case hex digits; absent where the file is no picture or shows too little, and `unhashable` says why. */
  pdq?: string;
  /** From 0 to 100, of a picture that could be decoded. */
  quality?: number;
  unhashable?: string;
}

/** To the process that hashes, and back. */
export interface HashRequest {
  id: number;
  bytes: Uint8Array;
}
export interface HashReply {
  id: number;
  hashes: FileHashes;
}
