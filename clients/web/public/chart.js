/* Cells of a metric as a drawing: columns over time, bars of parts, small columns for each part over time. What has
 * no number has its word and an empty mark, never a bar without height. The table says the same to screen readers. */
import { h, sheet, svg } from './dom.js'
import { inWords, periodName, quantity } from './words.js'

const DAY = 86_400_000 /* milliseconds */
const NARROW = 17 /* rem on the narrowest screen; more is scrolled */

export const chartLook = sheet(`
  .chart { margin-block: 1rem; }
  svg { display: block; width: 100%; overflow: visible; }
  .mark { fill: var(--accent); stroke: var(--accent); }
  .provisional .mark { fill: var(--pale); }
  .line { stroke: var(--accent); stroke-width: 2; }
  .base { stroke: var(--control); }
  .empty { fill: none; stroke: var(--control); stroke-dasharray: 3 3; }
  text { fill: var(--text); font-size: 0.8125rem; text-anchor: middle; font-variant-numeric: lining-nums; }
  .scroll { overflow-x: auto; outline-offset: -3px; }
  .columns { display: flex; padding: 1.25rem 1px 1px; }
  .column { position: relative; flex: 1 0 var(--slot); min-width: var(--slot); max-width: max(5.5rem, var(--slot)); font-size: 0.75rem; line-height: 1.3; text-align: center; color: var(--muted); }
  .column.apart { margin-inline-start: 1rem; }
  .column svg { height: var(--height); }
  .column p { padding: 0.375rem 2px 0; }
  .column .word { position: absolute; inset: 0 0 auto; height: var(--height); display: grid; place-content: center; writing-mode: vertical-rl; text-orientation: sideways; rotate: 180deg; line-height: 1.1; }
  .parts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(17rem, 100%), 1fr)); gap: var(--gap) calc(2 * var(--gap)); }
  h4 { margin: 0; font: inherit; font-size: 0.9375rem; }
  .bars { display: grid; gap: 0.75rem; }
  .bar { display: grid; gap: 0.125rem 1rem; align-items: center; }
  .track { display: grid; grid-template-columns: minmax(0, 1fr) minmax(3.5rem, max-content); gap: 0.625rem; align-items: center; font-variant-numeric: lining-nums tabular-nums; }
  .track svg { height: 1.25rem; }
  .bar.missing .track { grid-template-columns: 2.5rem 1fr; color: var(--muted); font-size: 0.875rem; }
  @container (min-width: 34rem) { .bar { grid-template-columns: minmax(0, 17rem) minmax(0, 1fr); } }
  @media print { .scroll { overflow: visible; } .bar, .part, .columns { break-inside: avoid; } }
  @media (forced-colors: active) {
    .mark, .line, .base { fill: CanvasText; stroke: CanvasText; }
    .provisional .mark { fill: Canvas; }
    text { fill: CanvasText; }
  }
`)

/** @param {Scip.Cell[]} cells @returns {Scip.Cell[]} the first of each period */
export const periodsOf = (cells) => [...new Map([...cells].reverse().map((cell) => [cell.period, cell])).values()].reverse()

/** What a part is called: a Hub and other records by their names, nations and kinds in our words.
 * @param {Scip.Side} side @param {Scip.Cell} cell @param {Scip.Words} say @param {Scip.Names} names */
export function called(side, cell, say, names) {
  const { nation, category } = cell
  if (side === 'nation') return nation ? inWords(say.term, nation) : say.ofNone.nation
  const name = side === 'hub' ? cell.hub?.name : names.get(category ?? '')
  if (name) return h('span', { lang: 'en' }, name)
  if (side === 'hub' || !category) return say.ofNone[side]
  return say.term[category] ?? h('span', { lang: 'en' }, inWords({}, category))
}

/** @param {Scip.Cell} cell @param {Scip.Kind} kind @param {Scip.Words} say */
const label = (cell, { by, names }, say) => by.flatMap((side, at) => [at ? ' · ' : '', called(side, cell, say, names)])

/** 1 for what is of no part, which comes last. @param {Scip.Cell} cell @param {Scip.Side[]} by */
const ofNone = (cell, by) => Number(by.some((side) => !cell[side]))

/** Short, for beside a mark. @param {Scip.Cell & { value: number }} cell @param {Scip.Words} say */
const number = (cell, say) => quantity(cell.unit === 'percent' ? Math.round(cell.value) : cell.value, cell.unit, say)[0]

/** @param {Scip.Cell | undefined} cell @returns {cell is Scip.Cell & { value: number }} */
const counted = (cell) => typeof cell?.value === 'number'

/** @param {Scip.Cell[]} cells @param {Scip.Kind} kind @param {Scip.Words} say */
export function chart(cells, kind, say) {
  const { by } = kind
  const periods = periodsOf(cells)
  const top = kind.share ? 100 : Math.max(...cells.map(({ value }) => value ?? 0)) || 1
  const drawing = h('div', { part: 'chart', class: 'chart' })
  if (!by.length) drawing.append(columns(cells, periods, top, 160, kind, say))
  else if (periods.length === 1) drawing.append(h('div', { class: 'bars', 'aria-hidden': 'true' }, ...[...cells].sort((a, b) => ofNone(a, by) - ofNone(b, by)).map((cell) => bar(cell, top, kind, say))))
  else drawing.append(h('div', { class: 'parts' }, ...parts(cells, by).map((own) => h('div', { part: 'part', class: 'part' },
    h('h4', { part: 'label', 'aria-hidden': 'true' }, ...label(/** @type {Scip.Cell} */ (own[0]), kind, say)), columns(own, periods, top, 96, kind, say)))))
  return drawing
}

/** The cells of each part. A period that is not broken down has one cell, of none, which stands in every part.
 * @param {Scip.Cell[]} cells @param {Scip.Side[]} by */
function parts(cells, by) {
  /** @type {Map<string, Scip.Cell[]>} */
  const found = new Map()
  const key = (/** @type {Scip.Cell} */ cell) => by.map((side) => (side === 'hub' ? cell.hub?.slug : cell[side]) ?? '').join('/')
  for (const cell of cells) found.set(key(cell), [...(found.get(key(cell)) ?? []), cell])
  const none = by.map(() => '').join('/')
  const whole = (found.get(none) ?? []).filter((cell) => !cell.value && cells.filter(({ period }) => period === cell.period).length === 1)
  if (!whole.length || found.size === 1) return [...found.values()]
  const rest = (found.get(none) ?? []).filter((cell) => !whole.includes(cell))
  return [...found].map(([of, own]) => (of === none ? rest : own)).filter((own) => own.length).map((own) => [...own, ...whole])
}

/** A period where it may break into lines. @param {string} period @param {Scip.Words} say */
const pieces = (period, say) => periodName(period, say).split(/(?<=[- ])/)

/** @param {Scip.Cell[]} cells @param {Scip.Period[]} periods @param {number} top @param {number} height @param {Scip.Kind} kind @param {Scip.Words} say */
function columns(cells, periods, top, height, kind, say) {
  const own = periods.map(({ period }) => cells.find((cell) => cell.period === period))
  const line = kind.line && periods.some((period, at) => at && follows(/** @type {Scip.Period} */ (periods[at - 1]), period))
  const slots = own.map((cell, at) => column(cell, /** @type {Scip.Period} */ (periods[at]), periods[at - 1], line ? own[at + 1] : undefined, top, height, line, say))
  const grid = h('div', { class: 'columns', 'aria-hidden': 'true' }, ...slots)
  const slot = Math.max(2.375, ...periods.flatMap(({ period }) => pieces(period, say).map(({ length }) => length * 0.47))) /* rem: of the longest word */
  grid.style.setProperty('--height', `${height}px`)
  grid.style.setProperty('--slot', `${slot}rem`)
  return h('div', { class: 'scroll', ...(periods.length * slot > NARROW ? { tabindex: 0, role: 'group', 'aria-label': kind.title } : {}) }, grid)
}

/** Whether one begins on the day after the other. @param {Scip.Period} before @param {Scip.Period} after */
const follows = (before, after) => Date.parse(after.from) - Date.parse(before.to) === DAY

/**
 * @param {Scip.Cell | undefined} cell @param {Scip.Period} period @param {Scip.Period | undefined} before
 * @param {Scip.Cell | undefined} next to which a line goes, where it follows
 * @param {number} top @param {number} height @param {boolean} line @param {Scip.Words} say
 */
function column(cell, period, before, next, top, height, line, say) {
  const y = (/** @type {number} */ value) => height - (value / top) * height
  const drawing = svg('svg', {})
  const slot = h('div', { part: 'column', class: 'column' }, drawing)
  if (before && !follows(before, period)) slot.classList.add('apart')
  if (counted(cell)) {
    slot.classList.add(cell.basis)
    const at = y(cell.value)
    if (line && counted(next) && follows(cell, next)) drawing.append(svg('line', { class: 'line', x1: '50%', x2: '150%', y1: at, y2: y(next.value) }))
    if (line) drawing.append(svg('circle', { class: 'mark', cx: '50%', cy: at, r: 4.5 }))
    else if (cell.value) drawing.append(svg('rect', { class: 'mark', x: '18%', width: '64%', y: at, height: height - at }))
    drawing.append(svg('text', { part: 'number', x: '50%', y: at - (line ? 10 : 6) }, number(cell, say)))
  } else {
    slot.classList.add('missing')
    drawing.append(svg('rect', { class: 'empty', x: '18%', width: '64%', y: 0.5, height: height - 1 }))
    slot.append(h('span', { part: 'missing', class: 'word' }, cell ? say.cell[cell.status] : say.noCell))
  }
  drawing.append(svg('line', { class: 'base', x1: 0, x2: '100%', y1: height, y2: height }))
  slot.append(h('p', {}, ...pieces(period.period, say).flatMap((piece) => [piece, h('wbr')])))
  return slot
}

/** @param {Scip.Cell} cell @param {number} top @param {Scip.Kind} kind @param {Scip.Words} say */
function bar(cell, top, kind, say) {
  const drawing = svg('svg', {})
  const row = h('div', { part: 'bar', class: `bar ${counted(cell) ? cell.basis : 'missing'}` }, h('span', { part: 'label' }, ...label(cell, kind, say)))
  if (counted(cell)) {
    if (cell.value) drawing.append(svg('rect', { class: 'mark', width: `${(cell.value / top) * 100}%`, height: '100%' }))
    drawing.append(svg('line', { class: 'base', y2: '100%' }))
  } else drawing.append(svg('rect', { class: 'empty', x: 0.5, y: 0.5, width: '100%', height: '95%' }))
  row.append(h('div', { class: 'track' }, drawing, h('span', { part: counted(cell) ? 'number' : 'missing' }, counted(cell) ? number(cell, say) : say.cell[cell.status])))
  return row
}
