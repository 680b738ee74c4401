// Looks at a model's files and tells what they hold. Needs no tensor backend.
import { modelFacts, openModel, refusing } from '../model-files.ts'
import type { ModelFacts } from '../protocol.ts'

export async function inspect({ location }: { location: string }): Promise<ModelFacts> {
  return refusing(location, async () => modelFacts(await openModel(location)))
}
