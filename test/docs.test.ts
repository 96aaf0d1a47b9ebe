import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { reference, referenceDirectory } from '../tools/generate-docs.ts'

test('docs/reference says what the code says; npm run docs writes it anew', async () => {
  for (const [name, text] of Object.entries(await reference())) {
    const path = join(referenceDirectory, name)
    assert.ok(existsSync(path), `${name} is missing: npm run docs`)
    assert.equal(readFileSync(path, 'utf8'), text, `${name} is out of date: npm run docs`)
  }
})
