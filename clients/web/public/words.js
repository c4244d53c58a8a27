/* What the elements say in English, and how they write dates and numbers; the Welsh is in cy.js. */
import { terms } from './terms.js'

export const en = {
  lang: 'en-GB',
  months: 'January February March April May June July August September October November December'.split(' '),
  loading: 'Loading…',
  failed: 'The records could not be reached.',
  refused: 'This part of the page is set up wrongly:',
  retry: 'Try again',
  stale: 'Shown as of {date}. Newer records could not be reached.',
  asOf: 'as of {date}',
  since: 'since {date}',
  lastEvidence: 'last evidence {date}',
  noHubs: 'No Hubs to show.',
  closedHubs: 'Closed Hubs ({count})',
  noFigures: 'No figures to show.',
  noEvents: 'No events to show.',
  noneToCome: 'No event to come has been announced.',
  past: 'Past events ({count})',
  subscribe: 'Subscribe to this calendar',
  calendarFile: 'Calendar file',
  noNews: 'No news to show.',
  readOn: 'Read more',
  related: 'Related',
  noDate: 'Date not known',
  online: 'online',
  cancelled: 'Cancelled',
  aboutEvent: 'About this event',
  hub: '1 Hub',
  hubs: '{count} Hubs',
  nation: 'Nation',
  everyNation: 'All nations',
  search: 'Search',
  more: 'About this Hub',
  leads: 'Led by',
  lastLead: 'Last known lead',
  lastLeads: 'Last known leads',
  noLeads: 'No lead recorded',
  noRegions: 'regions not recorded',
  wholeUk: 'Whole UK',
  regions: 'Regions of the UK',
  withHub: 'With a Hub',
  withoutHub: 'No Hub recorded',
  shapes: 'Outlines: Natural Earth, public domain',
  nothingFound: 'Nothing found.',
  item: '1 item',
  items: '{count} items',
  everyKind: 'All',
  find: 'Find',
  wordsToFind: 'Words to find',
  showMore: 'Show more',
  visit: 'Go to the page',
  download: 'Download',
  embargoed: 'The files are not available yet',
  facet: { kind: 'Kind', year: 'Year', principle: 'Principle', phase: 'Phase', nation: 'Nation', language: 'Language', file_format: 'Format' },
  /** @type {Record<string, string>} */
  tongue: { en: 'English', cy: 'Welsh' },
  term: terms,
  cell: {
    value: '', zero: '0', suppressed: 'Withheld', not_submitted: 'Not submitted', nil_return: 'Nil return', not_applicable: 'Not applicable',
    not_available: 'Not available',
  },
  noCell: 'No figure',
  ofNone: { hub: 'Of no single Hub', nation: 'Of no single nation', category: 'Without a category' },
  column: {
    period: 'Period', hub: 'Hub', nation: 'Nation', category: 'Category', value: 'Figure', numerator: 'Number', denominator: 'Out of', basis: 'State',
    explain: 'Origin',
  },
  asTable: 'As a table',
  csv: 'CSV',
  explain: 'How {period} was counted (JSON)',
  howCounted: 'How it was counted (JSON)',
  aboutFigure: 'What is counted',
  leftOut: 'Not counted:',
  version: 'Definition, version {number}.',
  otherVersions: 'Also counted by version {numbers} (JSON)',
  provisional: 'Provisional',
  mayChange: 'Provisional: as the records are now',
  release: 'Release {number}',
  replacedBy: 'replaced by release {number}',
  source: 'Source:',
  period: 'Period:',
  status: { proposed: 'Proposed', active: 'Active', paused: 'Paused', closed: 'Closed', unknown: 'Status not known' },
  /** @type {Record<string, string>} */
  confidence: { high: '', medium: 'Partly inferred from its sources', low: 'Not confirmed by a published source' },
  /** @type {Record<string, string>} */
  qualifier: { exact: '', over: 'over', about: 'about', at_least: 'at least', target: 'target:' },
  /** @type {Record<string, string>} */
  unit: {},
  /** @type {Record<string, string>} */
  place: {
    E12000001: 'North East',
    E12000002: 'North West',
    E12000003: 'Yorkshire and The Humber',
    E12000004: 'East Midlands',
    E12000005: 'West Midlands',
    E12000006: 'East of England',
    E12000007: 'London',
    E12000008: 'South East',
    E12000009: 'South West',
    E92000001: 'England',
    N92000002: 'Northern Ireland',
    S92000003: 'Scotland',
    W92000004: 'Wales',
  },
}

/** The words of a language tag such as cy or cy-GB; English where there are none. Welsh comes when it is asked for.
 * @param {string} [lang] @returns {Promise<Scip.Words>} */
export async function words(lang) {
  if (lang?.toLowerCase().split('-')[0] !== 'cy') return en
  return import('./cy.js').then(({ cy }) => cy, () => en)
}

/** @param {string} text @param {string | number} value for the one {…} in text */
export const fill = (text, value) => text.replace(/\{\w+\}/, () => String(value))

/** Only as exact as it is known: 2025, June 2025, 6 June 2025. The months are ours, for not every browser has
 * them in Welsh. @param {string} date @param {Scip.Words} say */
export function partialDate(date, say) {
  const [year, month, day] = date.split('-')
  return [day && Number(day), month && say.months[Number(month) - 1], year].filter(Boolean).join(' ')
}

/** A code in words; one that has none is itself, without the lines. @param {Record<string, string>} known @param {string} code */
export const inWords = (known, code) => known[code] ?? code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')

/** A period as the metrics name it; months have words. @param {string} period @param {Scip.Words} say */
export const periodName = (period, say) => period.replace(/^(\d{4})-M(\d\d)$/, (_all, year, month) => `${say.months[Number(month) - 1]} ${year}`)

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' })

/** An instant on the clock in London, wherever the reader is. @param {string} instant */
export const timeOfDay = (instant) => clock.format(new Date(instant))

/** A day and time where the reader is. @param {number} at milliseconds @param {Scip.Words} say */
export function moment(at, say) {
  const date = new Date(at)
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0'))
  return `${date.getDate()} ${say.months[date.getMonth()]} ${date.getFullYear()}, ${hours}:${minutes}`
}

/**
 * A figure with its unit, in two parts to set apart: 84% and nothing, £300 and nothing, 891 and people.
 * @param {number} value @param {string} unit @param {Scip.Words} say
 */
export function quantity(value, unit, say) {
  /** @param {Intl.NumberFormatOptions} [options] */
  const number = (options) => new Intl.NumberFormat([say.lang, 'en-GB'], { maximumFractionDigits: 2, ...options }).format(value)
  if (unit === 'percent') return [`${number()}%`, '']
  if (/^[A-Z]{3}$/.test(unit)) return [number({ style: 'currency', currency: unit, minimumFractionDigits: 0 }), '']
  return [number(), say.unit[unit] ?? unit]
}
