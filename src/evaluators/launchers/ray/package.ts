// Brings a folder of Python packages to a Ray cluster: packed once, named by its hash, and kept by Ray as long as a
// job needs it.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileError, GeniusError } from "../../../base/errors.ts";
import type { RayApi } from "./api.ts";
import { zip } from "./zip.ts";

/** Ray's own limit is 500 MiB; a package of this size is a mistake, such as a folder of data. */
const maxBytes = 50e6;

export interface Package {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * All files of a folder but hidden ones and what Python compiled.
 * @throws GeniusError `launcher-refused` when they are more than 50 MB.
 */
export async function packFolder(folder: string): Promise<Package> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true }).catch((thrown) => {
    throw fileError(thrown, folder, "read");
  });
  const paths = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length).replaceAll("\\", "/"))
    .map((path) => path.replace(/^\/+/, ""))
    .filter((path) => !/(^|\/)(\.|__pycache__\/)|\.pyc$/.test(path))
    .sort();
  const files: { name: string; bytes: Buffer }[] = [];
  let size = 0;
  for (const name of paths) {
    const bytes = await readFile(join(folder, name));
    size += bytes.length;
    if (size > maxBytes) {
      throw new GeniusError(
        "launcher-refused",
        `${folder} has more than ${maxBytes / 1e6} MB; only Python packages are uploaded to Ray from there. Move data elsewhere.`,
      );
    }
    files.push({ name, bytes });
  }
  const bytes = zip(files);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 32);
  return { name: `_ray_pkg_genius_${hash}.zip`, bytes };
}

/** Uploads a package unless Ray has it, and gives its address for a `runtime_env`. */
export async function bringPackage(api: RayApi, { name, bytes }: Package): Promise<string> {
  // Asking also makes Ray keep an unused package for ten more minutes, so it is asked before every job.
  if (!(await api.hasPackage(name))) await api.putPackage(name, bytes);
  return `gcs://${name}`;
}
