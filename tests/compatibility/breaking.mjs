// What of a changed contract breaks a caller of the one before. usage: node breaking.mjs BEFORE AFTER; a line each, exit status 1 if any.
// A reader of an answer must meet nothing that it did not know, and what a caller sent before must still be taken. What is deprecated
// may go once its x-sunset has passed, and what was beta may change.
import { apiCompare } from 'api-smart-diff'
import { readFileSync } from 'node:fs'

const TEXTS = ['description', 'summary', 'title', 'tags', 'example', 'examples', 'deprecated', 'externalDocs', 'x-', '$comment']
const UPPER = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties']
const LOWER = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties']
const NAMES = ['properties', 'patternProperties', '$defs'] // below these stand names, not keywords

const list = value => (value === undefined ? [] : [value].flat())
const without = (some, others) => list(some).some(each => !list(others).includes(each))
const isText = word => TEXTS.some(text => word === text || (text === 'x-' && `${word}`.startsWith(text)))

// The last word that is a keyword of JSON Schema, and what stands below it.
function keyword(path) {
  let at = 0
  for (let i = 0; i < path.length; i++) {
    if (NAMES.includes(path[i])) {
      if (i + 2 >= path.length) return [path[i], path.slice(i + 1)]
      i++ // a name
    } else if (!['items', 'allOf', 'anyOf', 'oneOf', 'not', 'additionalProperties'].includes(path[i]) && typeof path[i] !== 'number') {
      return [path[i], path.slice(i + 1)]
    }
    at = i
  }
  return [path[at], []]
}

// Of a schema of what is sent: what was allowed is refused. Of what is answered: what was not known comes.
function schemaBreaks(path, { action, before, after }, sent) {
  if (!path.length) return true
  const [word, below] = keyword(path)
  if (isText(word)) return false
  if (NAMES.includes(word)) return action !== 'add'
  if (word === 'required') return sent ? action !== 'remove' : action !== 'add'
  if (word === 'enum' || word === 'type') return sent ? without(before, after) : without(after, before)
  if (UPPER.includes(word)) return sent && (before === undefined || after < before)
  if (LOWER.includes(word)) return sent && (before === undefined || after > before)
  if (word === 'format' || word === 'pattern' || word === 'uniqueItems') return sent ? action !== 'remove' : action !== 'add' && word === 'format'
  return below.length >= 0 // all else changes what is meant
}

function contentBreaks([media, part, ...path], diff, sent) {
  if (!part) return diff.action !== 'add'
  return part === 'schema' ? schemaBreaks(path, diff, sent) : !isText(part)
}

function operationBreaks([word, ...path], diff) {
  const { action, after } = diff
  switch (word) {
    case undefined: return action !== 'add'
    case 'x-stability-level': return after !== 'stable'
    case 'operationId': return true
    case 'security': return false // below, of the whole
    case 'parameters':
      if (path.length === 1) return action === 'add' ? after.required === true : true
      if (path[1] === 'required') return after === true
      return path[1] === 'schema' ? schemaBreaks(path.slice(2), diff, true) : !isText(path[1])
    case 'requestBody':
      if (!path.length) return action !== 'add' || after.required === true
      if (path[0] === 'required') return after === true
      return path[0] === 'content' ? contentBreaks(path.slice(1), diff, true) : !isText(path[0])
    case 'responses': {
      const [status, part, name, ...rest] = path
      if (!/^[23]/.test(status)) return false // a refusal may get another reason
      if (!part) return action !== 'add'
      if (part === 'headers') return name === undefined || (rest.length ? false : action === 'remove')
      return part === 'content' ? name === undefined || contentBreaks([name, ...rest], diff, false) : !isText(part)
    }
    default: return !isText(word)
  }
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete']
const operations = contract => Object.entries(contract.paths).flatMap(([path, item]) =>
  METHODS.filter(method => item[method]).map(method => [path, method, item[method]]))

// Who may call: each entry is a way in, by one scheme and a role; an empty one is everybody.
const ways = (contract, operation) => (operation.security ?? contract.security ?? []).flatMap(way =>
  Object.entries(way).length ? Object.entries(way).flatMap(([scheme, roles]) => (roles.length ? roles.map(role => `${scheme} ${role}`) : [scheme])) : ['anyone'])

function shutOut(before, after) {
  const now = new Map(operations(after).map(([path, method, operation]) => [`${method} ${path}`, ways(after, operation)]))
  return operations(before).flatMap(([path, method, operation]) => {
    const open = now.get(`${method} ${path}`)
    if (!open || !open.length || open.includes('anyone')) return []
    const was = ways(before, operation)
    const gone = (was.length ? was : ['anyone']).filter(way => !open.includes(way) && !open.includes(way.split(' ')[0]))
    return gone.map(way => `${method} ${path}: no longer for ${way}`)
  })
}

// Rules that a program may tell apart.
const rules = contract => Object.keys(contract.components?.['x-problems'] ?? {})

const sunset = (contract, path) => {
  for (let at = path.length; at > 0; at--) {
    const node = path.slice(0, at).reduce((inner, key) => inner?.[key], contract)
    if (node?.['x-sunset']) return node['x-sunset'] <= new Date().toISOString().slice(0, 10)
  }
  return false
}

// A method of a path was beta, or all that the path had.
const isBeta = (path, method) => {
  const there = METHODS.filter(each => before.paths[path]?.[each] && (method === undefined || each === method))
  return there.length > 0 && there.every(each => before.paths[path][each]['x-stability-level'] === 'beta')
}

const [before, after] = process.argv.slice(2).map(file => JSON.parse(readFileSync(file, 'utf8')))
const found = apiCompare(before, after).diffs.filter(diff => diff.path[0] === 'paths').filter(diff => {
  const [, path, method, ...rest] = diff.path
  if (diff.action === 'remove' && sunset(before, diff.path) || isBeta(path, method)) return false
  if (method === undefined) return diff.action !== 'add'
  return METHODS.includes(method) ? operationBreaks(rest, diff) : !isText(method)
})
const broken = [
  ...found.map(({ path: [, path, method, ...rest], action }) => `${method ?? ''} ${path}: ${rest.join('/')} ${action}`.trim()),
  ...shutOut(before, after),
  ...rules(before).filter(rule => !rules(after).includes(rule)).map(rule => `the rule ${rule} is gone`)
]
console.log([...new Set(broken)].join('\n'))
process.exitCode = broken.length ? 1 : 0
