/* A Hub in words: where it is, how it stands, who leads it. */
import { h, link, sheet } from './dom.js'
import { fill, partialDate } from './words.js'

/** @typedef {import('./client.js').Item<'/v1/hubs'>} Hub */
/** @typedef {import('./words.js').Words} Words */

export const cardLook = sheet(`
  .card { display: flex; flex-direction: column; gap: 0.625rem; }
  .status::before {
    content: ''; display: inline-block; width: 0.625em; height: 0.625em; margin-inline-end: 0.5em;
    border: 2px solid var(--accent); border-radius: 50%;
  }
  .status.active::before { background: var(--accent); }
  @media (forced-colors: active) { .status.active::before { forced-color-adjust: none; } }
  .status .muted { display: inline-block; }
  dt { color: var(--muted); font-size: 0.875rem; }
`)

/** Regions, and nations where they say more. @param {Hub} hub @param {Words} say */
export function place(hub, say) {
  const regions = hub.regions.map((region) => say.place[region.gss_code] ?? region.name)
  const nations = hub.nations.map((nation) => say.place[nation] ?? nation).filter((nation) => !regions.includes(nation))
  return [...regions, ...nations].join(', ') + (regions.length ? '' : ` (${say.noRegions})`)
}

/** @param {Hub} hub @param {Words} say */
export function status(hub, say) {
  const date = hub.status_evidence && partialDate(hub.status_evidence, say)
  return h('p', { part: 'status', class: `status ${hub.status}` }, say.status[hub.status],
    ' ', date && h('span', { class: 'muted' }, fill(hub.status === 'unknown' ? say.lastEvidence : say.asOf, date)))
}

/** Who leads the Hub, or did when it was last heard of; leads of the same date stand together. @param {Hub} hub @param {Words} say */
function leads(hub, say) {
  /** @type {Map<string, string[]>} by what stands above them */
  const groups = new Map()
  /** @param {string} term @param {string} name */
  const put = (term, name) => groups.set(term, [...(groups.get(term) ?? []), name])
  const last = hub.last_known_leads.length === 1 ? say.lastLead : say.lastLeads
  for (const { name, since } of hub.current_leads) put(`${say.leads}, ${fill(say.since, partialDate(since, say))}`, name)
  for (const { name, as_of } of hub.last_known_leads) put(`${last}, ${fill(say.asOf, partialDate(as_of, say))}`, name)
  if (!groups.size) return h('p', { part: 'leads', class: 'muted' }, say.noLeads)
  return h('dl', { part: 'leads' }, ...[...groups].flatMap(([term, names]) =>
    [h('dt', {}, term), ...names.map((name) => h('dd', { lang: 'en' }, name))]))
}

/** Everything about a Hub that a visitor asks first. @param {Hub} hub @param {Words} say */
export const card = (hub, say) => h('li', { part: 'card', class: 'card' },
  h('div', {},
    h('h3', { part: 'name', lang: 'en' }, hub.name),
    h('p', { part: 'place', class: 'muted' }, place(hub, say))),
  status(hub, say),
  hub.blurb && h('p', { part: 'blurb', lang: 'en' }, hub.blurb),
  leads(hub, say),
  hub.confidence !== 'high' && h('p', { part: 'confidence', class: 'muted' }, say.confidence[hub.confidence]),
  hub.page_url && h('p', { class: 'page' }, link(hub.page_url, say.more, h('span', { class: 'unseen' }, `: ${hub.name}`))))
