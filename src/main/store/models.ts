// Models that were added, as the contract's nouns.
import { ProblemError, type Model, type ModelId } from '#contract'
import type { ReadableDatabase, WritableDatabase } from './database.ts'

type Row = { id: number; name: string; added_at: string; facts: string }
export type NewModel = Omit<Model, 'id' | 'addedAt'>

const modelOf = ({ id, name, added_at, facts }: Row): Model => ({
  // Models that were added before there were others are language models.
  head: 'language',
  ...(JSON.parse(facts) as Omit<Model, 'id' | 'name' | 'addedAt' | 'head'> & Partial<Pick<Model, 'head'>>),
  id: id as ModelId,
  name,
  addedAt: added_at,
})

function readModels(db: ReadableDatabase) {
  const list = db.query<Row>('SELECT id, name, added_at, facts FROM models ORDER BY id')
  const byId = db.query<Row>('SELECT id, name, added_at, facts FROM models WHERE id = ?')
  const byName = db.query<Row>('SELECT id, name, added_at, facts FROM models WHERE name = ?')
  return {
    list: (): Model[] => list.all().map(modelOf),
    byId(id: ModelId): Model | null {
      const row = byId.one(id)
      return row ? modelOf(row) : null
    },
    byName(name: string): Model | null {
      const row = byName.one(name)
      return row ? modelOf(row) : null
    },
  }
}

/** @param now the time as ISO 8601 */
export function modelTopic(db: WritableDatabase, now: () => string) {
  const read = readModels(db)
  const insert = db.change('INSERT INTO models (name, added_at, facts) VALUES (?, ?, ?)')
  const update = db.change('UPDATE models SET facts = ? WHERE id = ?')
  const remove = db.change('DELETE FROM models WHERE id = ?')
  return {
    ...read,
    /** @throws ProblemError `conflict` when the name is taken */
    add: (model: NewModel): Model =>
      db.transaction(() => {
        const { name, ...facts } = model
        if (read.byName(name))
          throw new ProblemError({
            code: 'conflict',
            message: `There is a model named ${name} already`,
            advice: 'Give another name with --name, or remove that model first',
          })
        const addedAt = now()
        return { ...model, id: insert.run(name, addedAt, JSON.stringify(facts)).id as ModelId, addedAt }
      }),
    /** What is known of the model anew: its files have moved. Its name stays. */
    replace: (id: ModelId, { name: _name, ...facts }: NewModel): void =>
      db.transaction(() => void update.run(JSON.stringify(facts), id)),
    /** Forgets the model; its runs and its files stay. False when there is none. */
    remove: (id: ModelId): boolean => db.transaction(() => remove.run(id).changes > 0),
  }
}
