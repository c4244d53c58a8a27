/* What the elements say in English and Welsh, and how they write dates and numbers. */

const en = {
  lang: 'en-GB',
  months: 'January February March April May June July August September October November December'.split(' '),
  loading: 'Loading…',
  failed: 'The records could not be reached.',
  retry: 'Try again',
  stale: 'Shown as of {date}. Newer records could not be reached.',
  asOf: 'as of {date}',
  since: 'since {date}',
  lastEvidence: 'last evidence {date}',
  noHubs: 'No Hubs to show.',
  noFigures: 'No figures to show.',
  noEvents: 'No events to show.',
  noneToCome: 'No event to come has been announced.',
  past: 'Past events ({count})',
  subscribe: 'Subscribe to this calendar',
  calendarFile: 'Calendar file',
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
  embargoed: 'The files are not given yet',
  facet: { kind: 'Kind', year: 'Year', principle: 'Principle', phase: 'Phase', nation: 'Nation', language: 'Language', file_format: 'Format' },
  phase: { early_years: 'Early years', primary: 'Primary', secondary: 'Secondary', further: 'Further education', higher: 'Higher education' },
  /** @type {Record<string, string>} */
  tongue: { en: 'English', cy: 'Welsh' },
  /** @type {Record<string, string>} */
  format: { pdf: 'PDF' },
  /** @type {Record<string, string>} */
  kind: {},
  cell: {
    value: '', zero: '0', suppressed: 'Too few to tell', not_submitted: 'Not submitted', nil_return: 'Nil return', not_applicable: 'Not applicable',
    not_available: 'Not available',
  },
  noCell: 'No figure',
  ofNone: 'None of these',
  column: {
    period: 'Period', hub: 'Hub', nation: 'Nation', category: 'Category', value: 'Figure', numerator: 'Number', denominator: 'Out of', basis: 'State',
    explain: 'Origin',
  },
  asTable: 'As a table',
  csv: 'CSV',
  explain: 'How {period} was counted',
  howCounted: 'How it was counted',
  aboutFigure: 'What is counted',
  leftOut: 'Not counted:',
  version: 'Definition, version {number}.',
  otherVersions: 'Also counted by version {numbers}',
  provisional: 'Provisional',
  mayChange: 'Provisional: as the records are now',
  release: 'Release {number}',
  replacedBy: 'replaced by release {number}',
  source: 'Source:',
  period: 'Period:',
  status: { proposed: 'Proposed', active: 'Active', paused: 'Paused', closed: 'Closed', unknown: 'Status not known' },
  confidence: { high: '', medium: 'Evidence partly inferred', low: 'Evidence weak' },
  qualifier: { exact: '', over: 'over', about: 'about', at_least: 'at least', target: 'target:' },
  /** @type {Record<string, string>} */
  unit: {},
  /** @type {Record<string, string>} */
  place: {
    'GB-ENG': 'England',
    'GB-NIR': 'Northern Ireland',
    'GB-SCT': 'Scotland',
    'GB-WLS': 'Wales',
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

/** @typedef {typeof en} Words */

/** @type {Words} */
const cy = {
  lang: 'cy',
  months: 'Ionawr Chwefror Mawrth Ebrill Mai Mehefin Gorffennaf Awst Medi Hydref Tachwedd Rhagfyr'.split(' '),
  loading: 'Yn llwytho…',
  failed: 'Nid oedd modd cyrraedd y cofnodion.',
  retry: 'Rhowch gynnig arall arni',
  stale: 'Dyddiad yr wybodaeth: {date}. Nid oedd modd cyrraedd cofnodion mwy diweddar.',
  asOf: 'dyddiad yr wybodaeth: {date}',
  since: 'ers {date}',
  lastEvidence: 'tystiolaeth ddiwethaf: {date}',
  noHubs: 'Dim Hybiau i’w dangos.',
  noFigures: 'Dim ffigurau i’w dangos.',
  noEvents: 'Dim digwyddiadau i’w dangos.',
  noneToCome: 'Nid oes digwyddiad i ddod wedi’i gyhoeddi.',
  past: 'Digwyddiadau’r gorffennol ({count})',
  subscribe: 'Tanysgrifio i’r calendr hwn',
  calendarFile: 'Ffeil galendr',
  noDate: 'Dyddiad anhysbys',
  online: 'ar-lein',
  cancelled: 'Wedi’i ganslo',
  aboutEvent: 'Am y digwyddiad hwn',
  hub: '1 Hyb',
  hubs: '{count} o Hybiau',
  nation: 'Cenedl',
  everyNation: 'Pob cenedl',
  search: 'Chwilio',
  more: 'Am yr Hyb hwn',
  leads: 'Arweinir gan',
  lastLead: 'Arweinydd hysbys diwethaf',
  lastLeads: 'Arweinwyr hysbys diwethaf',
  noLeads: 'Dim arweinydd wedi’i gofnodi',
  noRegions: 'rhanbarthau heb eu cofnodi',
  wholeUk: 'Y DU gyfan',
  regions: 'Rhanbarthau’r DU',
  withHub: 'Gyda Hyb',
  withoutHub: 'Dim Hyb wedi’i gofnodi',
  shapes: 'Amlinellau: Natural Earth, parth cyhoeddus',
  nothingFound: 'Dim byd wedi’i ganfod.',
  item: '1 eitem',
  items: '{count} eitem',
  everyKind: 'Pob un',
  find: 'Chwilio',
  wordsToFind: 'Geiriau i’w canfod',
  showMore: 'Dangos rhagor',
  visit: 'Ewch i’r dudalen',
  download: 'Lawrlwytho',
  embargoed: 'Nid yw’r ffeiliau ar gael eto',
  facet: { kind: 'Math', year: 'Blwyddyn', principle: 'Egwyddor', phase: 'Cyfnod', nation: 'Cenedl', language: 'Iaith', file_format: 'Fformat' },
  phase: { early_years: 'Blynyddoedd cynnar', primary: 'Cynradd', secondary: 'Uwchradd', further: 'Addysg bellach', higher: 'Addysg uwch' },
  tongue: { en: 'Saesneg', cy: 'Cymraeg' },
  format: { pdf: 'PDF', video: 'Fideo', web_page: 'Tudalen we' },
  kind: {
    animation: 'Animeiddiad', briefing: 'Papur briffio', case_studies: 'Astudiaethau achos', detailed_resource: 'Adnodd manwl', evaluation: 'Gwerthusiad',
    guide: 'Canllaw', policy_response: 'Ymateb polisi', research_report: 'Adroddiad ymchwil', self_assessment_tool: 'Offeryn hunanasesu', toolkit: 'Pecyn cymorth',
  },
  cell: {
    value: '', zero: '0', suppressed: 'Rhy fach i’w ddangos', not_submitted: 'Heb ei gyflwyno', nil_return: 'Dim i’w adrodd', not_applicable: 'Amherthnasol',
    not_available: 'Ddim ar gael',
  },
  noCell: 'Dim ffigur',
  ofNone: 'Dim un o’r rhain',
  column: {
    period: 'Cyfnod', hub: 'Hyb', nation: 'Cenedl', category: 'Categori', value: 'Ffigur', numerator: 'Nifer', denominator: 'Allan o', basis: 'Statws',
    explain: 'Tarddiad',
  },
  asTable: 'Fel tabl',
  csv: 'CSV',
  explain: 'Sut y cyfrifwyd {period}',
  howCounted: 'Sut y’i cyfrifwyd',
  aboutFigure: 'Beth sy’n cael ei gyfrif',
  leftOut: 'Heb ei gyfrif:',
  version: 'Diffiniad, fersiwn {number}.',
  otherVersions: 'Cyfrifwyd hefyd yn ôl fersiwn {numbers}',
  provisional: 'Dros dro',
  mayChange: 'Dros dro: yn ôl y cofnodion fel y maent nawr',
  release: 'Datganiad {number}',
  replacedBy: 'wedi’i ddisodli gan ddatganiad {number}',
  source: 'Ffynhonnell:',
  period: 'Cyfnod:',
  status: { proposed: 'Arfaethedig', active: 'Gweithredol', paused: 'Wedi’i oedi', closed: 'Ar gau', unknown: 'Statws anhysbys' },
  confidence: { high: '', medium: 'Tystiolaeth wedi’i chasglu’n rhannol', low: 'Tystiolaeth wan' },
  qualifier: { exact: '', over: 'dros', about: 'tua', at_least: 'o leiaf', target: 'targed:' },
  unit: {
    activities: 'o weithgareddau',
    attendances: 'o bresenoldebau',
    children: 'o blant',
    contributions: 'o gyfraniadau',
    documents: 'o ddogfennau',
    downloads: 'o lawrlwythiadau',
    events: 'o ddigwyddiadau',
    hubs: 'o Hybiau',
    interventions: 'o ymyriadau',
    meetings: 'o gyfarfodydd',
    members: 'o aelodau',
    memberships: 'o aelodaethau',
    organisations: 'o sefydliadau',
    people: 'o bobl',
    requests: 'o geisiadau',
    schools: 'o ysgolion',
    sessions: 'o sesiynau',
    users: 'o ddefnyddwyr',
  },
  place: {
    'GB-ENG': 'Lloegr',
    'GB-NIR': 'Gogledd Iwerddon',
    'GB-SCT': 'Yr Alban',
    'GB-WLS': 'Cymru',
    E12000001: 'Gogledd-ddwyrain Lloegr',
    E12000002: 'Gogledd-orllewin Lloegr',
    E12000003: 'Swydd Efrog a’r Humber',
    E12000004: 'Dwyrain Canolbarth Lloegr',
    E12000005: 'Gorllewin Canolbarth Lloegr',
    E12000006: 'Dwyrain Lloegr',
    E12000007: 'Llundain',
    E12000008: 'De-ddwyrain Lloegr',
    E12000009: 'De-orllewin Lloegr',
    E92000001: 'Lloegr',
    N92000002: 'Gogledd Iwerddon',
    S92000003: 'Yr Alban',
    W92000004: 'Cymru',
  },
}

/** The words of a language tag such as cy or cy-GB; English where there are none. @param {string} [lang] */
export const words = (lang) => (lang?.toLowerCase().split('-')[0] === 'cy' ? cy : en)

/** @param {string} text @param {string | number} value for the one {…} in text */
export const fill = (text, value) => text.replace(/\{\w+\}/, () => String(value))

/** Only as exact as it is known: 2025, June 2025, 6 June 2025. The months are ours, for not every browser has
 * them in Welsh. @param {string} date @param {Words} say */
export function partialDate(date, say) {
  const [year, month, day] = date.split('-')
  return [day && Number(day), month && say.months[Number(month) - 1], year].filter(Boolean).join(' ')
}

/** A code in words; one that has none is itself, without the lines. @param {Record<string, string>} known @param {string} code */
export const inWords = (known, code) => known[code] ?? code.charAt(0).toUpperCase() + code.slice(1).replaceAll('_', ' ')

/** A period as the metrics name it; months have words. @param {string} period @param {Words} say */
export const periodName = (period, say) => period.replace(/^(\d{4})-M(\d\d)$/, (_all, year, month) => `${say.months[Number(month) - 1]} ${year}`)

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' })

/** An instant on the clock in London, wherever the reader is. @param {string} instant */
export const timeOfDay = (instant) => clock.format(new Date(instant))

/** A day and time where the reader is. @param {number} at milliseconds @param {Words} say */
export function moment(at, say) {
  const date = new Date(at)
  const [hours, minutes] = [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, '0'))
  return `${date.getDate()} ${say.months[date.getMonth()]} ${date.getFullYear()}, ${hours}:${minutes}`
}

/**
 * A figure with its unit, in two parts to set apart: 84% and nothing, £300 and nothing, 891 and people.
 * @param {number} value @param {string} unit @param {Words} say
 */
export function quantity(value, unit, say) {
  /** @param {Intl.NumberFormatOptions} [options] */
  const number = (options) => new Intl.NumberFormat([say.lang, 'en-GB'], { maximumFractionDigits: 2, ...options }).format(value)
  if (unit === 'percent') return [`${number()}%`, '']
  if (/^[A-Z]{3}$/.test(unit)) return [number({ style: 'currency', currency: unit, minimumFractionDigits: 0 }), '']
  return [number(), say.unit[unit] ?? unit]
}
