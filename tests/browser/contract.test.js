/* The served contract against the OpenAPI 3.1 specification's own schema. */
import { Validator } from '@seriousme/openapi-schema-validator'
import assert from 'node:assert/strict'
import { test } from 'node:test'

test('the contract is valid OpenAPI 3.1', async () => {
  const contract = await (await fetch(`${process.env.SCIP_URL}/openapi.json`)).json()
  const validator = new Validator()
  const result = await validator.validate(contract)
  assert.deepEqual(result.errors ?? [], [])
  assert.equal(validator.version, '3.1')
})

test('a broken contract is found', async () => {
  const contract = await (await fetch(`${process.env.SCIP_URL}/openapi.json`)).json()
  delete contract.info.title
  assert.equal((await new Validator().validate(contract)).valid, false)
})
