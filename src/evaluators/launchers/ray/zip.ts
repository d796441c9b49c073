// Packs small files into a zip archive in memory, the form in which Ray takes packages. The same files give the same
// bytes, whenever and wherever they are packed, so that an archive can be named by its hash.
// Format: PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (central directory) and 4.3.16 (its end).
import { crc32, deflateRawSync } from "node:zlib";

export interface PackedFile {
  /** Relative, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const version = 20;
const utf8Names = 1 << 11;
const deflated = 8;
/** 1980-01-01, the first day that the format knows. */
const date = (1 << 5) | 1;

/** At most 65,535 files and 4 GB; both far beyond what Ray takes. */
export function zip(files: readonly PackedFile[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const nameBytes = Buffer.from(name);
    const data = deflateRawSync(bytes);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(version, 0);
    fields.writeUInt16LE(utf8Names, 2);
    fields.writeUInt16LE(deflated, 4);
    fields.writeUInt16LE(date, 8);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(nameBytes.length, 22);
    bodies.push(signature(0x04034b50), fields, nameBytes, data);
    const place = Buffer.alloc(14);
    // Permissions of a Unix file, rw-r--r--, where the format has room for them.
    place.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    place.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([version, 3]);
    directory.push(signature(0x02014b50), madeBy, fields, place, nameBytes);
    offset += 4 + fields.length + nameBytes.length + data.length;
  }
  const directoryBytes = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directoryBytes.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, directoryBytes, signature(0x06054b50), end]);
}

function signature(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(number);
  return bytes;
}
