import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patientsOf } from './rules.ts'

test('a person has their own record', () => assert.deepEqual(patientsOf('a'), ['a']))
